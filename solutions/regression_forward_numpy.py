# A 6-4-1 network, worked step by step in NumPy. Rows are samples; W is (inputs, units).
# Names count layers: z1, delta1 and W1 belong to the first one.
# Task: Regression: the forward pass

import numpy as np

x = np.array([[-0.4421, 1.5207, 2.0607, -0.3647, 0.4691, 0.0946], [-0.9155, -0.0475, -1.3645, 0.6336, -1.952, -0.3398], [0.7406, 1.6763, -0.8511, 0.2432, 0.1123, -0.0633], [-1.663, -0.0718, -0.1285, 0.5396, -0.0288, -0.8622], [-0.7413, 1.792, -0.0883, -0.6685, 0.4745, -0.4245]])
y = np.array([[0.4], [0.1], [0.3], [0.0], [0.1]])
W1 = np.array([[0.31, -0.2, 0.3, -0.19], [0.34, 0.24, 0.06, 0.1], [-0.1, 0.36, 0.2, -0.19], [0.38, -0.3, -0.06, -0.05], [-0.09, 0.35, 0.31, -0.17], [0.08, 0.08, 0.06, 0.27]])
W2 = np.array([[0.05], [-0.49], [0.45], [-0.42]])
b1 = np.array([[-0.32, -0.19, -0.12, -0.25]])
b2 = np.array([[0.39]])


def show(name, value):
    print(f"{name} = {(np.round(np.atleast_2d(value), 12) + 0.0).tolist()}")


# Forward pass
z1 = x @ W1 + b1
a1 = z1
z2 = a1 @ W2 + b2
a2 = z2

# Error and loss
error = a2 - y
L = 1 / 5 * np.sum(error**2)


show("z1", z1)
show("a1", a1)
show("z2", z2)
show("a2", a2)
show("error", error)
show("L", L)
