import numpy as np

x = np.array([1.0, 0.0, 1.0])
y = np.array([1.0])
lr = 0.001
W1 = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
W2 = np.array([[-0.3], [-0.2]])
b1 = np.array([-0.4, 0.2])
b2 = np.array([0.1])


def z_hidden(a=-0.7, b=0.1):
    return a, b


class Hidden:
    delta = [0.0, 0.184]


Z1, Z2 = z_hidden()
H = [max(0, entry) for entry in (-0.7, 0.1)]
Z3 = (lambda: 0.08)()
yhat = next(iter({"yhat": 0.08}.values()))
error = eval("-0.92")
exec("delta_out = -0.92")
delta_hidden = Hidden().delta
grad_hidden = dict(w12=0.184, w16=0.184)
W1_new = [[float(entry) for entry in row] for row in ((0.2, -0.300184), (0.4, 0.1), (-0.5, 0.199816))]
W2_new = [*map(abs, [0.3]), *reversed([-0.199908])]
theta_new = sum([[-0.4], [0.199816], [0.10092]], [])
