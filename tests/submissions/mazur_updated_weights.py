import numpy as np

# Mazur example in matrix form, W[inputs][units]
def sig(t):
    return 1 / (1 + np.exp(-t))

i = np.array([[0.05, 0.10]])
target = np.array([[0.01, 0.99]])
W1 = np.array([[0.15, 0.25], [0.20, 0.30]])
b1 = np.array([[0.35, 0.35]])
W2 = np.array([[0.40, 0.50], [0.45, 0.55]])
b2 = np.array([[0.60, 0.60]])
lr = 0.5

net_h = i @ W1 + b1
out_h = sig(net_h)
net_o = out_h @ W2 + b2
out_o = sig(net_o)
err = out_o - target
E_total = 0.5 * np.sum(err ** 2)
print("E total =", E_total)

# output layer first, straight away with its new weights
delta_o = err * out_o * (1 - out_o)
dW2 = out_h.T @ delta_o
W2 = W2 - lr * dW2
print(W2)

# then the hidden layer
delta_h = (delta_o @ W2.T) * out_h * (1 - out_h)
dW1 = i.T @ delta_h
W1 = W1 - lr * dW1
print(W1)
