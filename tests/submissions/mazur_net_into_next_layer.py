import math
def sig(x):
    return 1/(1+math.exp(-x))

i1=0.05; i2=0.1
w1=0.15; w2=0.2; w3=0.25; w4=0.3
w5=0.4; w6=0.45; w7=0.5; w8=0.55
b1=0.35; b2=0.6
eta=0.5
T1=0.01; T2=0.99

h1=w1*i1+w2*i2+b1
h2=w3*i1+w4*i2+b1
outh1=sig(h1)
outh2=sig(h2)
o1=w5*h1+w6*h2+b2
o2=w7*h1+w8*h2+b2
outo1=sig(o1)
outo2=sig(o2)
e1=outo1-T1
e2=outo2-T2
E=(e1**2+e2**2)/2

d1=e1*outo1*(1-outo1)
d2=e2*outo2*(1-outo2)
g5=d1*outh1; g6=d1*outh2; g7=d2*outh1; g8=d2*outh2
dh1=(d1*w5+d2*w7)*outh1*(1-outh1)
dh2=(d1*w6+d2*w8)*outh2*(1-outh2)
g1=dh1*i1; g2=dh1*i2; g3=dh2*i1; g4=dh2*i2

w1_=w1-eta*g1; w2_=w2-eta*g2; w3_=w3-eta*g3; w4_=w4-eta*g4
w5_=w5-eta*g5; w6_=w6-eta*g6; w7_=w7-eta*g7; w8_=w8-eta*g8
print(E)
print(w1_,w2_,w3_,w4_,w5_,w6_,w7_,w8_)
