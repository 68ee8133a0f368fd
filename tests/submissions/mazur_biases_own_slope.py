from math import exp
i = [0.05, 0.10]; t = [0.01, 0.99]
w1=0.15; w2=0.20; w3=0.25; w4=0.30; w5=0.40; w6=0.45; w7=0.50; w8=0.55
bh1 = 0.35; bh2 = 0.35; bo1 = 0.60; bo2 = 0.60
lr = 0.5
sig = lambda z: 1/(1+exp(-z))
nh1 = w1*i[0]+w2*i[1]+bh1; nh2 = w3*i[0]+w4*i[1]+bh2
h1 = sig(nh1); h2 = sig(nh2)
no1 = w5*h1+w6*h2+bo1; no2 = w7*h1+w8*h2+bo2
o1 = sig(no1); o2 = sig(no2)
e1 = o1-t[0]; e2 = o2-t[1]
E = 0.5*(e1**2+e2**2)
do1 = e1*o1*o1; do2 = e2*o2*o2
dh1 = (do1*w5+do2*w7)*h1*(1-h1)
dh2 = (do1*w6+do2*w8)*h2*(1-h2)
dw5 = do1*h1; dw6 = do1*h2; dw7 = do2*h1; dw8 = do2*h2
dw1 = dh1*i[0]; dw2 = dh1*i[1]; dw3 = dh2*i[0]; dw4 = dh2*i[1]
w1 -= lr*dw1; w2 -= lr*dw2; w3 -= lr*dw3; w4 -= lr*dw4
w5 -= lr*dw5; w6 -= lr*dw6; w7 -= lr*dw7; w8 -= lr*dw8
bh1 -= lr*dh1; bh2 -= lr*dh2; bo1 -= lr*do1; bo2 -= lr*do2
print(E, w1, w2, w3, w4, w5, w6, w7, w8, bh1, bh2, bo1, bo2)
