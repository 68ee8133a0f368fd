import numpy as np

x = np.array([1, 0, 1])
y = np.array([1])
lr = 0.001
Wh = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
Wo = np.array([[-0.3], [-0.2]])
theta_h = np.array([0.4, 0.2])
theta_o = np.array([0.1])

Zh = x @ Wh + theta_h
Hh = np.maximum(0, Zh)
Z3 = Hh @ Wo + theta_o
yhat = np.maximum(0, Z3)
error = yhat - y
loss = 0.5 * error**2

d3 = error * (Z3 > 0)
dh = Wo @ d3 * (Zh > 0)
gWo = np.outer(Hh, d3)
gWh = np.outer(x, dh)
gto, gth = d3.copy(), dh.copy()

Wo_new = Wo - lr * gWo
Wh_new = Wh - lr * gWh
theta_o_new = theta_o - lr * gto
theta_h_new = theta_h - lr * gth
print(Zh, Hh, Z3, yhat, error, loss)
print(Wh_new, Wo_new, theta_h_new, theta_o_new)
