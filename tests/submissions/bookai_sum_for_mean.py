import numpy as np

image = np.array([1, 0, 1, 1])
flipped = np.array([1, 1, 0, 1])
W1 = np.array([[0.1], [-0.2], [0.5], [-0.1]])
b1 = np.array([0.0])
W2 = np.array([[0.2, -0.4, 0.1, -0.5]])
b2 = np.array([0, 0.1, -0.1, 0])
lr = 0.1

z1 = image @ W1 + b1
a1 = np.maximum(0, z1)
output = a1 @ W2 + b2
diff = output - flipped
loss = np.mean(diff ** 2)

d_output = 2 * diff
dW2 = np.outer(a1, d_output)
db2 = d_output.copy()
d_hidden = (W2 @ d_output) * (z1 > 0)
dW1 = np.outer(image, d_hidden)
db1 = d_hidden.copy()

W2 = W2 - lr * dW2
b2 = b2 - lr * db2
W1 = W1 - lr * dW1
b1 = b1 - lr * db1
print(loss, W1.ravel(), b1, W2, b2)
