import numpy as np

def s(z): return 1/(1+np.exp(-z))

x = np.array([[0.05, 0.1]])
target = np.array([[0.1, 0.99]])
V = np.array([[0.15, 0.25], [0.2, 0.3]])
W = np.array([[0.4, 0.5], [0.45, 0.55]])
bv = np.array([[0.35, 0.35]])
bw = np.array([[0.6, 0.6]])
lr = 0.5

zv = x @ V + bv
h = s(zv)
zw = h @ W + bw
o = s(zw)
err = o - target
E = 0.5*np.sum(err**2)
dw = err*o*(1-o)
gW = h.T @ dw
gbw = dw*1
dv = dw @ W.T*h*(1-h)
gV = x.T @ dv
gbv = dv*1
W1 = W - lr*gW
V1 = V - lr*gV
bw1 = bw - lr*gbw
bv1 = bv - lr*gbv
for v in (E, V1, bv1, W1, bw1): print(v)
