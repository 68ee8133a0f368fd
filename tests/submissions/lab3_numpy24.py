import numpy as np

x = np.array([[1], [0], [1]])
y = np.array([1])
lr = 0.001
w_h = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
w_o = np.array([[-0.3], [-0.2]])
theta = np.array([-0.4, 0.2, 0.1])

z_h = np.dot(w_h.T, x).flatten() + theta[0:2]
h = np.maximum(0, z_h)
z_o = np.dot(h, w_o) + theta[2]
y_hat = np.maximum(0, z_o)
error = y_hat - y
loss = 0.5 * error**2

d_o = error * (z_o > 0)
d_h = (w_o.flatten() * d_o) * (z_h > 0)
g_o = h.reshape(2, 1) * d_o
g_h = x * d_h

w_o -= lr * g_o
w_h -= lr * g_h
theta[2] -= lr * d_o          # d_o has shape (1,)
theta[0] -= lr * d_h[0]
theta[1] -= lr * d_h[1]
print(w_h, w_o, theta, float(y_hat))
