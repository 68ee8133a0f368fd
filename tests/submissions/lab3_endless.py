import numpy as np
x = np.array([1, 0, 1])
y = np.array([1])
lr = 0.001
W1 = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
W2 = np.array([[-0.3], [-0.2]])
b1 = np.array([-0.4, 0.2])
b2 = np.array([0.1])

error = 1
while error != 0:          # train until it is perfect
    z1 = x @ W1 + b1
    h = np.maximum(0, z1)
    z2 = h @ W2 + b2
    yhat = np.maximum(0, z2)
    error = yhat - y
    loss = 0.5 * error ** 2
    d2 = error * (z2 > 0)
    d1 = (W2 @ d2) * (z1 > 0)
    gW2 = np.outer(h, d2)
    gW1 = np.outer(x, d1)
    W2 = W2 - lr * gW2
    b2 = b2 - lr * d2
    W1 = W1 - lr * gW1
    b1 = b1 - lr * d1
print("perfect!", W1, W2, b1, b2)
