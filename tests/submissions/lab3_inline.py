import numpy as np
x = np.array([1, 0, 1]); y = 1
W1 = np.array([[0.2,-0.3],[0.4,0.1],[-0.5,0.2]]); b1 = np.array([-0.4,0.2])
W2 = np.array([[-0.3],[-0.2]]); b2 = np.array([0.1]); lr = 0.001
h = np.maximum(0, x @ W1 + b1)
yhat = np.maximum(0, h @ W2 + b2)
d2 = (yhat - y) * (yhat > 0)
W2n = W2 - lr * np.outer(h, d2)
b2n = b2 - lr * d2
W1n = W1 - lr * np.outer(x, (W2 @ d2) * (h > 0))
b1n = b1 - lr * (W2 @ d2) * (h > 0)
