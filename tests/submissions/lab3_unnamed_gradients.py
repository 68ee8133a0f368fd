import numpy as np
x = np.array([[1, 0, 1]])
y = 1
W1 = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
W2 = np.array([[-0.3], [-0.2]])
b1 = np.array([[-0.4, 0.2]])
b2 = np.array([[0.1]])

z1 = x @ W1 + b1
h = np.maximum(z1, 0)
z2 = h @ W2 + b2
out = np.maximum(z2, 0)
error = out - y

d2 = error * (z2 > 0)
d1 = d2 @ W2.T * (z1 > 0)

W1_updated = W1 - 0.001 * (x.T @ d1)
W2_updated = W2 - 0.001 * (h.T @ d2)
print(W1_updated)
print(W2_updated)
