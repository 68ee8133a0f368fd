import numpy as np

x = np.array([1.0, 0.0, 1.0])
y = np.array([1.0])
lr = 0.001
W1 = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
W2 = np.array([[-0.3], [-0.2]])
b1 = np.array([-0.4, 0.2])
b2 = np.array([0.1])

z1 = x @ W1 + b1
h = np.maximum(0, z1)
z2 = h @ W2 + b2
yhat = np.maximum(0, z2)
error = yhat - y

delta2 = error * (z2 > 0)
delta1 = (W2 @ delta2) * (z1 > 0)
dW2 = np.outer(h, delta2)
dW1 = np.outer(x, delta1)
W1_new = W1 - lr * dW1
b1_new = b1 - lr * delta1
W2_new = W2 - lr * dW2
b2_new = b2 - lr * delta2
