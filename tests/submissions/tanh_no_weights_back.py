import numpy as np
# tanh network, squared error
x = np.array([[1.0, -1.0]])
y = 1.0
W_in = np.array([[0.3, -0.2], [-0.4, 0.5]])
W_out = np.array([[0.6], [-0.3]])
b_in = np.array([[0.1, 0.2]])
b_out = np.array([[-0.2]])

net1 = x @ W_in + b_in
act1 = np.tanh(net1)
net2 = act1 @ W_out + b_out
act2 = np.tanh(net2)
e = act2 - y
loss = np.sum(e ** 2)

d_out = 2 * e * (1 - act2 ** 2)
g_out = act1.T @ d_out
gb_out = d_out.copy()
d_in = d_out * (1 - act1 ** 2)     # times the slope of every hidden unit
g_in = x.T @ d_in
gb_in = d_in.copy()

lr = 0.1
W_out -= lr * g_out
b_out -= lr * gb_out
W_in -= lr * g_in
b_in -= lr * gb_in
print(loss, W_in, b_in, W_out, b_out, sep="\n")
