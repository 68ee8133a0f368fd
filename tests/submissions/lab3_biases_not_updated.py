import numpy as np

inp = np.array([[1, 0, 1]])
out = np.array([[1]])
w0 = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
w1 = np.array([[-0.3], [-0.2]])
theta = np.array([[-0.4, 0.2, 0.1]])
lr = 0.001

n1 = np.dot(inp, w0) + theta[:, :2]
l1 = np.maximum(0, n1)
n2 = np.dot(l1, w1) + theta[:, 2:]
l2 = np.maximum(0, n2)

l2_err = l2 - out
cost = (l2_err ** 2 / 2).item()
l2_delta = l2_err * (l2 > 0)
l1_delta = l2_delta.dot(w1.T) * (l1 > 0)
grad1 = l1.T.dot(l2_delta)
grad0 = inp.T.dot(l1_delta)
w1 -= lr * grad1
w0 -= lr * grad0
print("cost before:", cost)
print(w0)
print(w1)
