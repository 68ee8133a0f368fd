import numpy as np

def leaky(z, s=0.05):
    return np.where(z > 0, z, s * z)

def leaky_grad(z, s=0.05):
    return np.where(z > 0, 1.0, s)

x = np.array([2, 1])
y = np.array([1])
W1 = np.array([[-0.9, 0.4], [-0.3, 0.2]])
W2 = np.array([[0.5], [-0.4]])
b1 = np.array([0.1, -0.5])
b2 = np.array([0.3])
lr = 0.1

z1 = x @ W1 + b1
a1 = leaky(z1)
z2 = a1 @ W2 + b2
yhat = z2                     # linear output
e = yhat - y
loss = 0.5 * np.sum(e ** 2)

delta2 = e * 1
dW2 = np.outer(a1, delta2)
delta1 = W2 @ delta2 * leaky_grad(z1)
dW1 = np.outer(x, delta1)
db2 = delta2 * b2             # chain rule with the bias
db1 = delta1 * b1

W1 = W1 - lr * dW1
W2 = W2 - lr * dW2
b1 = b1 - lr * db1
b2 = b2 - lr * db2
print(W1, W2, b1, b2, loss, sep="\n")
