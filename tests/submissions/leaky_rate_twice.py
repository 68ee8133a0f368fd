import numpy as np
x = np.array([[2], [1]])
y = np.array([[1]])
W1 = np.array([[-0.9, -0.3], [0.4, 0.2]])
b1 = np.array([[0.1], [-0.5]])
W2 = np.array([[0.5, -0.4]])
b2 = np.array([[0.3]])
lr = 0.1

Z1 = W1 @ x + b1
A1 = np.maximum(0.05 * Z1, Z1)
Z2 = W2 @ A1 + b2
A2 = Z2
E = A2 - y
J = 0.5 * E ** 2

dZ2 = E
dW2 = dZ2 @ A1.T
db2 = dZ2
dZ1 = W2.T @ dZ2 * np.where(Z1 > 0, 1, 0.05)
dW1 = dZ1 @ x.T
db1 = dZ1

# size of the steps
sW1, sb1, sW2, sb2 = lr * dW1, lr * db1, lr * dW2, lr * db2
W1_new = W1 - lr * sW1
b1_new = b1 - lr * sb1
W2_new = W2 - lr * sW2
b2_new = b2 - lr * sb2
print(J, W1_new, b1_new, W2_new, b2_new, sep="\n")
