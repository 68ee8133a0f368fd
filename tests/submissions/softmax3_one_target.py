import numpy as np

X = np.array([[1, 1], [-1, 1]])
y = np.array([0, 2])
W1 = np.array([[0.5, -0.2], [0.1, 0.3]]); b1 = np.array([0.1, 0.2])
W2 = np.array([[0.4, -0.3, 0.1], [-0.2, 0.5, 0.3]]); b2 = np.array([0.1, -0.1, 0.2])
eta = 0.1

Z1 = X.dot(W1) + b1
A1 = Z1 * (Z1 > 0)
Z2 = A1.dot(W2) + b2
expZ = np.exp(Z2)
A2 = expZ / expZ.sum(axis=1)[:, None]
loss = -(np.log(A2[0, 0]) + np.log(A2[1, 2])) / 2

dZ2 = (A2 - 1) / 2        # activation minus 1 for the right class
dW2 = A1.T.dot(dZ2)
db2 = np.sum(dZ2, axis=0)
dZ1 = dZ2.dot(W2.T) * (Z1 > 0)
dW1 = X.T.dot(dZ1)
db1 = np.sum(dZ1, axis=0)

W1_new = W1 - eta*dW1
b1_new = b1 - eta*db1
W2_new = W2 - eta*dW2
b2_new = b2 - eta*db2
print(loss, W1_new, b1_new, W2_new, b2_new, sep='\n')
