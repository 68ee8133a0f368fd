from decimal import Decimal, getcontext
getcontext().prec = 12
D = Decimal

x1, x2, x3 = D(1), D(0), D(1)
y = D(1)
w11, w12, w13, w14, w15, w16 = D("0.2"), D("-0.3"), D("0.4"), D("0.1"), D("-0.5"), D("0.2")
w21, w22 = D("-0.3"), D("-0.2")
th1, th2, th3 = D("-0.4"), D("0.2"), D("0.1")
lr = D("0.001")

z1 = w11*x1 + w13*x2 + w15*x3 + th1
z2 = w12*x1 + w14*x2 + w16*x3 + th2
h1 = max(D(0), z1)
h2 = max(D(0), z2)
z3 = w21*h1 + w22*h2 + th3
yh = max(D(0), z3)
err = yh - y
loss = err**2/2
print(z1, z2, h1, h2, z3, yh, err, loss)

s3 = err if z3 > 0 else D(0)
s1 = w21*s3 if z1 > 0 else D(0)
s2 = w22*s3 if z2 > 0 else D(0)
g21, g22 = s3*h1, s3*h2
g11, g12 = s1*x1, s2*x1
g13, g14 = s1*x2, s2*x2
g15, g16 = s1*x3, s2*x3

w11, w12 = w11 - lr*g11, w12 - lr*g12
w13, w14 = w13 - lr*g13, w14 - lr*g14
w15, w16 = w15 - lr*g15, w16 - lr*g16
w21, w22 = w21 - lr*g21, w22 - lr*g22
th1, th2, th3 = th1 - lr*s1, th2 - lr*s2, th3 - lr*s3
print(w11, w12, w13, w14, w15, w16, w21, w22, th1, th2, th3)
