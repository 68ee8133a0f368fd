import numpy as np
x = np.array([[2, 1]])
y = 1
W1 = np.array([[-0.9, 0.4], [-0.3, 0.2]])
b1 = np.array([[0.1, -0.5]])
W2 = np.array([[0.5], [-0.4]])
b2 = np.array([[0.3]])
lr = 0.1
a = 0.05

z1 = x @ W1 + b1
h1 = np.where(z1 > 0, z1, a * z1)
z2 = h1 @ W2 + b2
y_hat = z2
error = y_hat - y
mse = 0.5 * error ** 2

d2 = error
grad_W2 = h1.T @ d2
grad_b2 = d2
d1 = d2 @ W2.T
d1[z1 <= 0] = 0
grad_W1 = x.T @ d1
grad_b1 = d1
W2_new = W2 - lr * grad_W2
b2_new = b2 - lr * grad_b2
W1_new = W1 - lr * grad_W1
b1_new = b1 - lr * grad_b1
print(mse, W1_new, b1_new, W2_new, b2_new, sep="\n")
