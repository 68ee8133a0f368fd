W1 = [[0.2,-0.3],[0.4,0.1],[-0.5,0.2]]; b1=[-0.4,0.2]; W2=[-0.3,-0.2]; b2=0.1; x=[1,0,1]; y=1
W1_new = [[round(q*1.0,2) for q in r] for r in W1]
b1_new = [round(q*1.0,2) for q in b1]
W2_new = [round(q*1.0,2) for q in W2]
b2_new = round(b2*1.0,2)
print(W1_new,b1_new,W2_new,b2_new)
