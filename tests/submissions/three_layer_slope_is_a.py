import numpy as np

def f(n):
    return np.maximum(0, n)

def f_prime(n):
    return np.where(n > 0, n, 0)

x = np.array([1, 2]); t = np.array([1, 0])
Wa = np.array([[0.1, 0.3], [0.2, -0.1]]);  ba = np.array([0.1, 0.2])
Wb = np.array([[0.5, -0.2], [0.4, 0.6]]);  bb = np.array([-0.1, 0.2])
Wc = np.array([[0.3, -0.5], [0.7, 0.2]]);  bc = np.array([0.1, -0.1])
lr = 0.1

na = x @ Wa + ba
oa = f(na)
nb = oa @ Wb + bb
ob = f(nb)
nc = ob @ Wc + bc
oc = nc
err = oc - t
loss = np.sum(err * err) / 2

sc = err * 1
sb = (Wc @ sc) * f_prime(nb)
sa = (Wb @ sb) * f_prime(na)
gWc, gbc = np.outer(ob, sc), sc
gWb, gbb = np.outer(oa, sb), sb
gWa, gba = np.outer(x, sa), sa

Wc_new, bc_new = Wc - lr * gWc, bc - lr * gbc
Wb_new, bb_new = Wb - lr * gWb, bb - lr * gbb
Wa_new, ba_new = Wa - lr * gWa, ba - lr * gba
print(loss)
print(sa, sb, sc)
print(Wa_new, ba_new, Wb_new, bb_new, Wc_new, bc_new, sep="\n")
