import numpy as np

class Net:
    pass

net = Net()
net.W1 = np.array([[0.5, -0.2], [0.1, 0.3]])
net.b1 = np.array([[0.1, 0.2]])
net.W2 = np.array([[0.4, -0.3, 0.1], [-0.2, 0.5, 0.3]])
net.b2 = np.array([[0.1, -0.1, 0.2]])
X = np.array([[1, 1], [-1, 1]])
T = np.array([[1, 0, 0], [0, 0, 1]])
net.z1 = X @ net.W1 + net.b1
net.a1 = np.maximum(net.z1, 0)
net.z2 = net.a1 @ net.W2 + net.b2
net.a2 = np.exp(net.z2) / np.sum(np.exp(net.z2), axis=1, keepdims=True)
net.e = net.a2 - T
net.L = np.mean(-np.log(np.sum(T * net.a2, axis=1)))

net.d2 = net.e / 2
net.gW2 = net.a1.T @ net.d2
net.gb2 = net.d2.sum(axis=0)
net.d1 = net.d2 @ net.W2.T          # the slope of ReLU is 1
net.gW1 = X.T @ net.d1
net.gb1 = net.d1.sum(axis=0)
lr = 0.1
net.newW1 = net.W1 - lr * net.gW1
net.newb1 = net.b1 - lr * net.gb1
net.newW2 = net.W2 - lr * net.gW2
net.newb2 = net.b2 - lr * net.gb2
print(vars(net))
