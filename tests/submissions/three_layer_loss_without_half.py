import numpy as np

relu = lambda z: np.maximum(z, 0)
x = np.array([[1, 2]])
y = np.array([[1, 0]])
W = [np.array([[0.1, 0.3], [0.2, -0.1]]),
     np.array([[0.5, -0.2], [0.4, 0.6]]),
     np.array([[0.3, -0.5], [0.7, 0.2]])]
b = [np.array([[0.1, 0.2]]), np.array([[-0.1, 0.2]]), np.array([[0.1, -0.1]])]
lr = 0.1

z1 = x @ W[0] + b[0]
a1 = relu(z1)
z2 = a1 @ W[1] + b[1]
a2 = relu(z2)
out = a2 @ W[2] + b[2]

error = out - y
loss = np.sum(error ** 2)
print("loss", loss)

d3 = error
d2 = d3 @ W[2].T * (z2 > 0)
d1 = d2 @ W[1].T * (z1 > 0)
gW = [x.T @ d1, a1.T @ d2, a2.T @ d3]
gb = [d1, d2, d3]
W_new = [w - lr * g for w, g in zip(W, gW)]
b_new = [v - lr * g for v, g in zip(b, gb)]
for k in range(3):
    print(f"layer {k + 1}:", W_new[k].tolist(), b_new[k].tolist())
