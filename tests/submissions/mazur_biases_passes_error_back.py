"""Backpropagation, homework. The error of the hidden layer is the output error times the weights."""
import numpy as np


def sigma(z):
    return 1.0 / (1.0 + np.exp(-z))


def forward(x, W1, b1, W2, b2):
    z1 = np.matmul(x, W1) + b1
    a1 = sigma(z1)
    z2 = np.matmul(a1, W2) + b2
    a2 = sigma(z2)
    return z1, a1, z2, a2


x = np.array([[0.05, 0.10]])
y = np.array([[0.01, 0.99]])
W1 = np.array([[0.15, 0.25], [0.20, 0.30]])
b1 = np.array([[0.35, 0.35]])
W2 = np.array([[0.40, 0.50], [0.45, 0.55]])
b2 = np.array([[0.60, 0.60]])

z1, a1, z2, a2 = forward(x, W1, b1, W2, b2)
output_error = a2 - y
loss = 0.5 * np.sum(np.square(output_error))
delta_output = output_error * a2 * (1 - a2)
hidden_error = np.matmul(output_error, W2.T)
delta_hidden = hidden_error * a1 * (1 - a1)

W2_gradient = np.matmul(a1.T, delta_output)
W1_gradient = np.matmul(x.T, delta_hidden)
b2_gradient = delta_output.sum(axis=0)
b1_gradient = delta_hidden.sum(axis=0)

rate = 0.5
W1_after = W1 - rate * W1_gradient
W2_after = W2 - rate * W2_gradient
b1_after = b1 - rate * b1_gradient
b2_after = b2 - rate * b2_gradient
print(f"loss = {loss:.6f}")
print(W1_after, W2_after, b1_after, b2_after, sep="\n")
