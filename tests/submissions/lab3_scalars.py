# everything one by one, as on the board
x1 = 1
x2 = 0
x3 = 1
y = 1
lr = 0.001

w11 = 0.2
w12 = -0.3
w13 = 0.4
w14 = 0.1
w15 = -0.5
w16 = 0.2
w21 = -0.3
w22 = -0.2
theta1 = -0.4
theta2 = 0.2
theta3 = 0.1

# hidden layer
z1 = w11*x1 + w13*x2 + w15*x3 + theta1
z2 = w12*x1 + w14*x2 + w16*x3 + theta2
h1 = max(0, z1)
h2 = max(0, z2)
# output layer
z3 = w21*h1 + w22*h2 + theta3
yhat = max(0, z3)
error = yhat - y
L = error**2 / 2
print("z1 =", z1, " z2 =", z2, " z3 =", z3)
print("h1 =", h1, " h2 =", h2, " yhat =", yhat)
print("error =", error, " loss =", L)

# backward
d3 = error * (1 if z3 > 0 else 0)
d1 = d3 * w21 * (1 if z1 > 0 else 0)
d2 = d3 * w22 * (1 if z2 > 0 else 0)
dw21 = d3*h1
dw22 = d3*h2
dtheta3 = d3
dw11 = d1*x1
dw12 = d2*x1
dw13 = d1*x2
dw14 = d2*x2
dw15 = d1*x3
dw16 = d2*x3
dtheta1 = d1
dtheta2 = d2

# new weights
w11_new = w11 - lr*dw11
w12_new = w12 - lr*dw12
w13_new = w13 - lr*dw13
w14_new = w14 - lr*dw14
w15_new = w15 - lr*dw15
w16_new = w16 - lr*dw16
w21_new = w21 - lr*dw21
w22_new = w22 - lr*dw22
theta1_new = theta1 - lr*dtheta1
theta2_new = theta2 - lr*dtheta2
theta3_new = theta3 - lr*dtheta3
for n in ["w11", "w12", "w13", "w14", "w15", "w16", "w21", "w22", "theta1", "theta2", "theta3"]:
    print(n, "->", round(globals()[n + "_new"], 6))
