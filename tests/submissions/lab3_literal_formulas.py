# Lab 3, formulas with the numbers put in
Z1 = 1*0.2 + 0*0.4 + 1*(-0.5) + (-0.4)
Z2 = 1*(-0.3) + 0*0.1 + 1*0.2 + 0.2
H1 = max(0, Z1)
H2 = max(0, Z2)
Z3 = H1*(-0.3) + H2*(-0.2) + 0.1
yhat = max(0, Z3)
E = yhat - 1
L = 0.5 * E**2
print("Z:", Z1, Z2, Z3)
print("H:", H1, H2, "yhat:", yhat)
print("E:", E, "L:", L)

delta3 = E * 1
delta1 = -0.3 * delta3 * 0
delta2 = -0.2 * delta3 * 1
dw21 = delta3 * H1
dw22 = delta3 * H2
dtheta3 = delta3 * 1
dw11 = delta1 * 1
dw12 = delta2 * 1
dw13 = delta1 * 0
dw14 = delta2 * 0
dw15 = delta1 * 1
dw16 = delta2 * 1
dtheta1 = delta1 * 1
dtheta2 = delta2 * 1

w21_new = -0.3 - 0.001 * dw21
w22_new = -0.2 - 0.001 * dw22
w11_new = 0.2 - 0.001 * dw11
w12_new = -0.3 - 0.001 * dw12
w13_new = 0.4 - 0.001 * dw13
w14_new = 0.1 - 0.001 * dw14
w15_new = -0.5 - 0.001 * dw15
w16_new = 0.2 - 0.001 * dw16
theta1_new = -0.4 - 0.001 * dtheta1
theta2_new = 0.2 - 0.001 * dtheta2
theta3_new = 0.1 - 0.001 * dtheta3
print(w11_new, w12_new, w13_new, w14_new, w15_new, w16_new)
print(w21_new, w22_new, theta1_new, theta2_new, theta3_new)
