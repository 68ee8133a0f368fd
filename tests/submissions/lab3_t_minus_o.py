import numpy as np
# delta rule: delta = (t - o) * f'(net),  w = w + lr * delta * a
x = np.array([1, 0, 1])
t = np.array([1])
eta = 0.001
Wh = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
Wo = np.array([[-0.3], [-0.2]])
bh = np.array([-0.4, 0.2])
bo = np.array([0.1])

net_h = x @ Wh + bh
out_h = np.maximum(net_h, 0)
net_o = out_h @ Wo + bo
o = np.maximum(net_o, 0)
err = t - o
E = 0.5 * np.sum(err ** 2)

fprime = lambda n: np.where(n > 0, 1.0, 0.0)
delta_o = err * fprime(net_o)
delta_h = (Wo @ delta_o) * fprime(net_h)

change_Wo = np.outer(out_h, delta_o)
change_Wh = np.outer(x, delta_h)

Wo_new = Wo + eta * change_Wo
bo_new = bo + eta * delta_o
Wh_new = Wh + eta * change_Wh
bh_new = bh + eta * delta_h
print(E)
print(delta_o, delta_h)
print(Wh_new, bh_new, Wo_new, bo_new, sep="\n")
