import numpy as np
i1 = 0.05
i2 = 0-1
inp = np.array([i1, i2])
t = np.array([0.01, 0.99])
A = np.array([[0.15, 0.20], [0.25, 0.30]])
a = np.array([0.35, 0.35])
B = np.array([[0.40, 0.45], [0.50, 0.55]])
b = np.array([0.60, 0.60])

def logistic(q):
    return 1 / (1 + np.exp(-q))

q1 = A @ inp + a
h = logistic(q1)
q2 = B @ h + b
o = logistic(q2)
e = o - t
E = np.sum(e**2) / 2
do = e * o * (1 - o)
dB = np.outer(do, h)
db = do.copy()
dh = B.T @ do * h * (1 - h)
dA = np.outer(dh, inp)
da = dh.copy()
B_new = B - 0.5 * dB
b_new = b - 0.5 * db
A_new = A - 0.5 * dA
a_new = a - 0.5 * da
print(E, A_new, a_new, B_new, b_new, sep="\n")
