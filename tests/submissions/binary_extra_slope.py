import numpy as np

X = np.array([[1, 2], [2, -1], [-1, 1]])
Y = np.array([[1], [0], [1]])
W1 = np.array([[0.2, -0.4], [0.3, 0.1]])
b1 = np.array([[0.1, -0.2]])
W2 = np.array([[0.5], [-0.3]])
b2 = np.array([[0.1]])
eta = 0.5
n = len(X)

Z1 = X @ W1 + b1
A1 = Z1                      # no activation in the first layer
Z2 = A1 @ W2 + b2
P = 1 / (1 + np.exp(-Z2))
err = P - Y
BCE = -np.mean(Y * np.log(P) + (1 - Y) * np.log(1 - P))
print("loss", BCE)

# chain rule with the sigmoid
D2 = err * P * (1 - P) / n
gW2 = A1.T @ D2
gb2 = D2.sum(axis=0, keepdims=True)
D1 = D2 @ W2.T
gW1 = X.T @ D1
gb1 = D1.sum(axis=0, keepdims=True)

W2n = W2 - eta * gW2
b2n = b2 - eta * gb2
W1n = W1 - eta * gW1
b1n = b1 - eta * gb1
print(W1n, b1n, W2n, b2n, sep="\n")
