# ANN lab 3
# weights stored one row per neuron (like the slides of the other prof)
import numpy as np

X = np.array([[1.0], [0.0], [1.0]])          # column
target = 1.0
alpha = 0.001

W1 = np.array([[0.2, 0.4, -0.5],
               [-0.3, 0.1, 0.2]])
b1 = np.array([[-0.4], [0.2]])
W2 = np.array([[-0.3, -0.2]])
b2 = np.array([[0.1]])

relu = lambda v: np.maximum(v, 0)
drelu = lambda v: (v > 0) * 1.0

Z1 = W1 @ X + b1
A1 = relu(Z1)
Z2 = W2 @ A1 + b2
A2 = relu(Z2)
E = A2 - target
J = 0.5 * E ** 2
print(Z1, A1, Z2, A2, E, J, sep="\n")

d2 = E * drelu(Z2)
dW2 = d2 @ A1.T
db2 = d2
d1 = (W2.T @ d2) * drelu(Z1)
dW1 = d1 @ X.T
db1 = d1

W2n = W2 - alpha * dW2
b2n = b2 - alpha * db2
W1n = W1 - alpha * dW1
b1n = b1 - alpha * db1
print("after the update:")
print(W1n)
print(b1n)
print(W2n)
print(b2n)
