# Laboratory Task 3 - answers
Z1 = -0.7
Z2 = 0.1
H1 = 0
H2 = 0.1
Z3 = 0.08
yhat = 0.08
E = -0.92
L = 0.4232
delta3 = -0.92
delta1 = 0
delta2 = 0.184
dw21 = 0
dw22 = -0.092
dtheta3 = -0.92
dw11 = 0
dw12 = 0.184
dw13 = 0
dw14 = 0
dw15 = 0
dw16 = 0.184
dtheta1 = 0
dtheta2 = 0.184
w11_new = 0.2
w12_new = -0.300184
w13_new = 0.4
w14_new = 0.1
w15_new = -0.5
w16_new = 0.199816
theta1_new = -0.4
theta2_new = 0.199816
w21_new = -0.3
w22_new = -0.199908
theta3_new = 0.10092
print("The new value of w12 is", w12_new)
print("The new value of w16 is", w16_new)
print("The new value of w22 is", w22_new)
