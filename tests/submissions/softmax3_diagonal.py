import numpy as np

def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

X = np.array([[1, 1], [-1, 1]])
Y = np.array([[1, 0, 0], [0, 0, 1]])
W1 = np.array([[0.5, -0.2], [0.1, 0.3]])
b1 = np.array([0.1, 0.2])
W2 = np.array([[0.4, -0.3, 0.1], [-0.2, 0.5, 0.3]])
b2 = np.array([0.1, -0.1, 0.2])
lr = 0.1
n = 2

z1 = X @ W1 + b1
a1 = np.maximum(0, z1)
z2 = a1 @ W2 + b2
p = softmax(z2)
err = p - Y
loss = -np.sum(Y * np.log(p)) / n

dp = -Y / p / n                  # dL/dp
dz2 = dp * p * (1 - p)           # softmax derivative
dW2 = a1.T @ dz2
db2 = dz2.sum(axis=0)
dz1 = (dz2 @ W2.T) * (z1 > 0)
dW1 = X.T @ dz1
db1 = dz1.sum(axis=0)
W2n, b2n = W2 - lr * dW2, b2 - lr * db2
W1n, b1n = W1 - lr * dW1, b1 - lr * db1
print(loss)
print(W1n, b1n, W2n, b2n, sep="\n")
