import numpy as np

X = np.array([[1, 2], [2, -1], [-1, 1]])
y = np.array([[1], [0], [1]])
m = X.shape[0]
alpha = 0.5
W1 = np.array([[0.2, -0.4], [0.3, 0.1]]);  b1 = np.array([[0.1, -0.2]])
W2 = np.array([[0.5], [-0.3]]);            b2 = np.array([[0.1]])

def logistic(z):
    return 1.0 / (1.0 + np.exp(-z))

A1 = X.dot(W1) + b1
Z2 = A1.dot(W2) + b2
A2 = logistic(Z2)
residual = A2 - y
loss = -(y * np.log(A2) + (1 - y) * np.log(1 - A2)).sum() / m

dZ2 = residual / m
dA1 = dZ2.dot(W2.T)
# gradients, averaged over the batch
dW2 = A1.T.dot(dZ2) / m
db2 = dZ2.sum(axis=0, keepdims=True) / m
dW1 = X.T.dot(dA1) / m
db1 = dA1.sum(axis=0, keepdims=True) / m

for name, value, grad in [("W1", W1, dW1), ("b1", b1, db1), ("W2", W2, dW2), ("b2", b2, db2)]:
    value = value - alpha * grad
    print(name, value.tolist())
