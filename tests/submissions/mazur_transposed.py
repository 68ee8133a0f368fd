import numpy as np
sigmoid = lambda s: 1/(1+np.exp(-s))

x = np.array([0.05, 0.10])
y = np.array([0.01, 0.99])
W1 = np.array([[0.15, 0.25],      # from i1 to h1, h2
               [0.20, 0.30]])     # from i2 to h1, h2
W2 = np.array([[0.40, 0.50],
               [0.45, 0.55]])
b1, b2 = np.array([0.35, 0.35]), np.array([0.60, 0.60])

z1 = W1 @ x + b1
a1 = sigmoid(z1)
z2 = a1 @ W2 + b2
a2 = sigmoid(z2)
e = a2 - y
L = np.sum(e**2)/2

delta2 = e * a2 * (1-a2)
dW2 = np.outer(a1, delta2)
delta1 = (W2 @ delta2) * a1 * (1-a1)
dW1 = np.outer(x, delta1)
eta = 0.5
W1_plus = W1 - eta*dW1
W2_plus = W2 - eta*dW2
print(W1_plus)
print(W2_plus)
