import numpy as np

# one bias per layer, as in the picture of the page
x = np.array([0.05, 0.1])
y = np.array([0.01, 0.99])
W1 = np.array([[0.15, 0.2], [0.25, 0.3]])
W2 = np.array([[0.4, 0.45], [0.5, 0.55]])
b1 = 0.35
b2 = 0.60
eta = 0.5

sigmoid = lambda z: 1 / (1 + np.exp(-z))
z1 = W1 @ x + b1
h = sigmoid(z1)
z2 = W2 @ h + b2
o = sigmoid(z2)
e = o - y
loss = np.sum(e**2) / 2

delta_o = e * o * (1 - o)
delta_h = (W2.T @ delta_o) * h * (1 - h)
grad_W2 = delta_o[:, None] * h
grad_W1 = delta_h[:, None] * x
grad_b2 = np.sum(delta_o)
grad_b1 = np.sum(delta_h)

W2_new = W2 - eta * grad_W2
W1_new = W1 - eta * grad_W1
b2_new = b2 - eta * grad_b2
b1_new = b1 - eta * grad_b1
print(loss, W1_new, W2_new, b1_new, b2_new)
