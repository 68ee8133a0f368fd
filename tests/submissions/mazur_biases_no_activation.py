import numpy as np

x = np.array([[0.05, 0.1]]); y = np.array([[0.01, 0.99]])
W1 = np.array([[0.15, 0.25], [0.2, 0.3]]); b1 = np.array([[0.35, 0.35]])
W2 = np.array([[0.4, 0.5], [0.45, 0.55]]); b2 = np.array([[0.6, 0.6]])
lr = 0.5

sig = lambda z: 1/(1+np.exp(-z))

net1 = x @ W1 + b1
out1 = sig(net1)
net2 = out1 @ W2 + b2
out2 = net2 + 0.0          # output layer
error = out2 - y
loss = 0.5*np.sum(error**2)

delta2 = error * out2*(1-out2)
dW2 = out1.T @ delta2
db2 = delta2.sum(axis=0)
delta1 = delta2 @ W2.T * out1*(1-out1)
dW1 = x.T @ delta1
db1 = delta1.sum(axis=0)

W1 -= lr*dW1
b1 -= lr*db1
W2 -= lr*dW2
b2 -= lr*db2
print(loss, W1, b1, W2, b2)
