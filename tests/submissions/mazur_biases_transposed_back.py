import numpy as np
X = np.array([[0.05, 0.10]])
Y = np.array([[0.01, 0.99]])
W1 = np.array([[0.15, 0.25], [0.20, 0.30]])
W2 = np.array([[0.40, 0.50], [0.45, 0.55]])
b1 = np.array([[0.35, 0.35]])
b2 = np.array([[0.60, 0.60]])
lr = 0.5

s = lambda t: 1/(1+np.exp(-t))
h_in = np.matmul(X, W1) + b1
h = s(h_in)
o_in = np.matmul(h, W2) + b2
o = s(o_in)
e = o - Y
cost = 0.5*np.square(e).sum()
g_o = e*o*(1-o)
g_h = np.matmul(g_o, W2)*h*(1-h)
gW2 = np.matmul(h.T, g_o)
gW1 = np.matmul(X.T, g_h)
gb2, gb1 = g_o, g_h
W2n, W1n = W2 - lr*gW2, W1 - lr*gW1
b2n, b1n = b2 - lr*gb2, b1 - lr*gb1
print(cost, W1n, W2n, b1n, b2n)
