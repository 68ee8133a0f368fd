import numpy as np

def sigmoid(x): return 1 / (1 + np.exp(-x))

X = np.array([[0.05, 0.1]])
Y = np.array([[0.01, 0.99]])
params = dict(W1=np.array([[0.15, 0.25], [0.2, 0.3]]), b1=np.array([[0.35, 0.35]]),
              W2=np.array([[0.4, 0.5], [0.45, 0.55]]), b2=np.array([[0.6, 0.6]]))
lr = 0.5

Z1 = X @ params["W1"] + params["b1"]
A1 = sigmoid(Z1)
Z2 = A1 @ params["W2"] + params["b2"]
A2 = sigmoid(Z2)
E = A2 - Y
cost = (E ** 2).sum() / 2
dZ2 = E * A2 * (1 - A2)
dW2, db2 = A1.T @ dZ2, dZ2.sum(0)
dZ1 = dZ2 @ params["W2"].T * A1 * (1 - A1)
dW1, db1 = X.T @ dZ1, dZ1.sum(0)

new = {
    "W1": params["W1"] - lr * dW1,
    "W2": params["W2"] - lr * dW2,
}
print(cost, new)
