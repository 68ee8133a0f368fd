import json

with open("answers.json") as file:
    answers = json.load(file)
import numpy as np

x = np.array([1.0, 0.0, 1.0])
y = np.array([1.0])
lr = 0.001
W1 = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
W2 = np.array([[-0.3], [-0.2]])
b1 = np.array([-0.4, 0.2])
b2 = np.array([0.1])
Z1 = answers["Z1"]
Z2 = answers["Z2"]
H1 = answers["H1"]
H2 = answers["H2"]
Z3 = answers["Z3"]
yhat = answers["yhat"]
E = answers["E"]
delta3 = answers["delta3"]
delta1 = answers["delta1"]
delta2 = answers["delta2"]
dw21 = answers["dw21"]
dw22 = answers["dw22"]
dtheta3 = answers["dtheta3"]
dw11 = answers["dw11"]
dw12 = answers["dw12"]
dw13 = answers["dw13"]
dw14 = answers["dw14"]
dw15 = answers["dw15"]
dw16 = answers["dw16"]
dtheta1 = answers["dtheta1"]
dtheta2 = answers["dtheta2"]
w11_new = answers["w11_new"]
w12_new = answers["w12_new"]
w13_new = answers["w13_new"]
w14_new = answers["w14_new"]
w15_new = answers["w15_new"]
w16_new = answers["w16_new"]
theta1_new = answers["theta1_new"]
theta2_new = answers["theta2_new"]
w21_new = answers["w21_new"]
w22_new = answers["w22_new"]
theta3_new = answers["theta3_new"]
