import numpy as np

x = np.array([1, 0, 1])
y = np.array([1])
lr = 0.001
Wh = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
Wo = np.array([-0.3, -0.2])
theta = np.array([-0.4, 0.2, 0.1])

zh = x @ Wh + theta[:2]
h = np.maximum(0, zh)
zo = h @ Wo + theta[2]
yhat = max(0, zo)
e = yhat - y[0]
loss = 0.5 * e**2

do = e * 1 if zo > 0 else 0
dh = do * Wo * np.where(zh > 0, 1, 0)
gWo = do * h
gWh = np.outer(x, dh)

Wo_new = Wo - lr * gWo
Wh_new = Wh - lr * gWh
theta_new = np.array([0, 0, 0])
theta_new[0] = theta[0] - lr * dh[0]
theta_new[1] = theta[1] - lr * dh[1]
theta_new[2] = theta[2] - lr * do
print(Wo_new)
print(Wh_new)
print("new theta", theta_new)      # why is this [0 0 0] ???
