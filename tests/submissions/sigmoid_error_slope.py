import math
def sig(z): return 1/(1+math.exp(-z))
x1,x2,x3,y,a = 1,0,1,1,0.9
w11,w12,w13,w14,w15,w16 = 0.2,-0.3,0.4,0.1,-0.5,0.2
w21,w22 = -0.3,-0.2
t1,t2,t3 = -0.4,0.2,0.1
Z1 = w11*x1+w13*x2+w15*x3+t1
Z2 = w12*x1+w14*x2+w16*x3+t2
H1 = sig(Z1); H2 = sig(Z2)
Z3 = w21*H1+w22*H2+t3
Y = sig(Z3)
E = Y-y
L = 0.5*E**2
d3 = E*(1-E)
dw21 = d3*H1; dw22 = d3*H2; dt3 = d3
d1 = d3*w21*H1*(1-H1); d2 = d3*w22*H2*(1-H2)
dw11=d1*x1; dw12=d2*x1; dw13=d1*x2; dw14=d2*x2; dw15=d1*x3; dw16=d2*x3
dt1=d1; dt2=d2
n11=w11-a*dw11; n12=w12-a*dw12; n13=w13-a*dw13; n14=w14-a*dw14; n15=w15-a*dw15; n16=w16-a*dw16
n21=w21-a*dw21; n22=w22-a*dw22
nt1=t1-a*dt1; nt2=t2-a*dt2; nt3=t3-a*dt3
print(n11,n12,n13,n14,n15,n16,n21,n22,nt1,nt2,nt3)
