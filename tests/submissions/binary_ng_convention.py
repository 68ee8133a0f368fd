import numpy as np
# dZ without 1/m, dW and db with 1/m (as in the online course)
X = np.array([[1, 2], [2, -1], [-1, 1]]).T
Y = np.array([[1, 0, 1]])
m = X.shape[1]
W1 = np.array([[0.2, 0.3], [-0.4, 0.1]])
b1 = np.array([[0.1], [-0.2]])
W2 = np.array([[0.5, -0.3]])
b2 = np.array([[0.1]])
learning_rate = 0.5

Z1 = np.dot(W1, X) + b1
A1 = Z1
Z2 = np.dot(W2, A1) + b2
A2 = 1 / (1 + np.exp(-Z2))
cost = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m

dZ2 = A2 - Y
dW2 = np.dot(dZ2, A1.T) / m
db2 = np.sum(dZ2, axis=1, keepdims=True) / m
dZ1 = np.dot(W2.T, dZ2)
dW1 = np.dot(dZ1, X.T) / m
db1 = np.sum(dZ1, axis=1, keepdims=True) / m

W1 = W1 - learning_rate * dW1
b1 = b1 - learning_rate * db1
W2 = W2 - learning_rate * dW2
b2 = b2 - learning_rate * db2
print(cost, W1, b1, W2, b2, sep="\n")
