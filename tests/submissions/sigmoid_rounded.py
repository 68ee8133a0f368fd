# lesson example with sigmoid, 4 decimals at every step like with my calculator
from math import exp

def s(z):
    return round(1 / (1 + exp(-z)), 4)

x1, x2, x3, y, alpha = 1, 0, 1, 1, 0.9
w11, w12, w13, w14, w15, w16 = 0.2, -0.3, 0.4, 0.1, -0.5, 0.2
w21, w22 = -0.3, -0.2
t1, t2, t3 = -0.4, 0.2, 0.1

Z1 = round(w11 * x1 + w13 * x2 + w15 * x3 + t1, 4)
Z2 = round(w12 * x1 + w14 * x2 + w16 * x3 + t2, 4)
H1, H2 = s(Z1), s(Z2)
Z3 = round(w21 * H1 + w22 * H2 + t3, 4)
yhat = s(Z3)
E = round(yhat - y, 4)
L = round(0.5 * E ** 2, 4)
print(Z1, Z2, H1, H2, Z3, yhat, E, L)

d3 = round(E * yhat * (1 - yhat), 4)
d1 = round(d3 * w21 * H1 * (1 - H1), 4)
d2 = round(d3 * w22 * H2 * (1 - H2), 4)
gw21, gw22 = round(d3 * H1, 4), round(d3 * H2, 4)
gw11, gw12 = round(d1 * x1, 4), round(d2 * x1, 4)
gw13, gw14 = round(d1 * x2, 4), round(d2 * x2, 4)
gw15, gw16 = round(d1 * x3, 4), round(d2 * x3, 4)

w21 = round(w21 - alpha * gw21, 4)
w22 = round(w22 - alpha * gw22, 4)
w11 = round(w11 - alpha * gw11, 4)
w12 = round(w12 - alpha * gw12, 4)
w13 = round(w13 - alpha * gw13, 4)
w14 = round(w14 - alpha * gw14, 4)
w15 = round(w15 - alpha * gw15, 4)
w16 = round(w16 - alpha * gw16, 4)
t1 = round(t1 - alpha * d1, 4)
t2 = round(t2 - alpha * d2, 4)
t3 = round(t3 - alpha * d3, 4)
print(d1, d2, d3)
print(w11, w12, w13, w14, w15, w16, w21, w22, t1, t2, t3)
