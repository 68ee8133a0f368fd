import numpy as np

def tanh_prime(z):
    return 1 - z ** 2

x, y = np.array([[1, -1]]), np.array([[1]])
W1, b1 = np.array([[0.3, -0.2], [-0.4, 0.5]]), np.array([[0.1, 0.2]])
W2, b2 = np.array([[0.6], [-0.3]]), np.array([[-0.2]])
lr = 0.1

z1 = x @ W1 + b1
a1 = np.tanh(z1)
z2 = a1 @ W2 + b2
a2 = np.tanh(z2)
error = a2 - y
loss = float((error ** 2).sum())

delta2 = 2 * error * tanh_prime(z2)
delta1 = delta2 @ W2.T * tanh_prime(z1)
dW2, db2 = a1.T @ delta2, delta2.sum(axis=0)
dW1, db1 = x.T @ delta1, delta1.sum(axis=0)
W2 -= lr * dW2
W1 -= lr * dW1
b2 -= lr * db2
b1 -= lr * db1
print("loss", loss, "\nW1", W1, "\nb1", b1, "\nW2", W2, "\nb2", b2)
