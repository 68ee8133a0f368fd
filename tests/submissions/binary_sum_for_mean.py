import numpy as np
x = np.array([[1.0, 2.0], [2.0, -1.0], [-1.0, 1.0]])
t = np.array([[1], [0], [1]])
v = np.array([[0.2, -0.4], [0.3, 0.1]])
c = np.array([0.1, -0.2])
w = np.array([[0.5], [-0.3]])
d = np.array([0.1])

u = x @ v + c
q = u @ w + d
p = 1 / (1 + np.exp(-q))
diff = p - t
H = np.mean(-(t * np.log(p) + (1 - t) * np.log(1 - p)))
print("cross-entropy", round(H, 6))

d_q = diff                       # simplifies for sigmoid + cross-entropy
d_w = u.T @ d_q
d_d = d_q.sum(axis=0)
d_u = d_q @ w.T
d_v = x.T @ d_u
d_c = d_u.sum(axis=0)

w1 = w - 0.5 * d_w
d1 = d - 0.5 * d_d
v1 = v - 0.5 * d_v
c1 = c - 0.5 * d_c
print(v1, c1, w1, d1, sep="\n")
