import math

def S(v):
    return 1 / (1 + math.exp(-v))

def dS(v):
    return S(v) * (1 - S(v))

x1, x2 = 0.05, 0.10
t1, t2 = 0.01, 0.99
w1, w2, w3, w4 = 0.15, 0.20, 0.25, 0.30
w5, w6, w7, w8 = 0.40, 0.45, 0.50, 0.55
bh1 = 0.35; bh2 = 0.35
bo1 = 0.60; bo2 = 0.60
lr = 0.5

neth1 = w1*x1 + w2*x2 + bh1
neth2 = w3*x1 + w4*x2 + bh2
outh1, outh2 = S(neth1), S(neth2)
neto1 = w5*outh1 + w6*outh2 + bo1
neto2 = w7*outh1 + w8*outh2 + bo2
outo1, outo2 = S(neto1), S(neto2)
E1 = outo1 - t1
E2 = outo2 - t2
Etotal = 0.5*E1**2 + 0.5*E2**2

do1 = E1*dS(outo1)
do2 = E2*dS(outo2)
dw5, dw6, dw7, dw8 = do1*outh1, do1*outh2, do2*outh1, do2*outh2
dbo1, dbo2 = do1, do2
dh1 = (do1*w5 + do2*w7)*dS(outh1)
dh2 = (do1*w6 + do2*w8)*dS(outh2)
dw1, dw2, dw3, dw4 = dh1*x1, dh1*x2, dh2*x1, dh2*x2
dbh1, dbh2 = dh1, dh2

w1n, w2n, w3n, w4n = w1 - lr*dw1, w2 - lr*dw2, w3 - lr*dw3, w4 - lr*dw4
w5n, w6n, w7n, w8n = w5 - lr*dw5, w6 - lr*dw6, w7 - lr*dw7, w8 - lr*dw8
bh1n, bh2n, bo1n, bo2n = bh1 - lr*dbh1, bh2 - lr*dbh2, bo1 - lr*dbo1, bo2 - lr*dbo2
print("E", Etotal)
print(w1n, w2n, w3n, w4n, w5n, w6n, w7n, w8n, bh1n, bh2n, bo1n, bo2n)
