import numpy as np

x = np.array([1, 0, 1]); y = np.array([1]); lr = 0.001
W1 = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
W2 = np.array([[-0.3], [-0.2]])
b1 = np.array([-0.4, 0.2]); b2 = np.array([0.1])

# forward, checked against my sheet of paper
z1 = x @ W1 + b1
assert np.allclose(z1, [-0.7, 0.1])
a1 = np.maximum(0, z1)
z2 = a1 @ W2 + b2
a2 = np.maximum(0, z2)
assert np.isclose(a2, 0.08).all()
error = a2 - y
L = 0.5 * (error ** 2).sum()

# backward
delta2 = error * (z2 > 0)
delta1 = (W2 @ delta2) * (z1 > 0)
assert np.allclose(delta1, [0, 0.184])
dW2 = np.outer(a1, delta2)
db2 = 1.0 * delta2
dW1 = np.outer(x, delta1)
db1 = 1.0 * delta1

W2_new = W2 - lr * dW2
b2_new = b2 - lr * db2
W1_new = W1 - lr * dW1
b1_new = b1 - lr * db1
assert np.isclose(b2_new, 0.10092).all()
print("all as on paper")
