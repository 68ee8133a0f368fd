# A 3-2-1 network, worked step by step in NumPy. Rows are samples; W is (inputs, units).
# Names count layers: z1, delta1 and W1 belong to the first one.
# Task: Laboratory Task 2

import numpy as np

x = np.array([[1.0, 0.0, 1.0]])
y = np.array([[1.0]])
W1 = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
W2 = np.array([[-0.3], [-0.2]])
b1 = np.array([[-0.4, 0.2]])
b2 = np.array([[0.1]])


def show(name, value):
    print(f"{name} = {(np.round(np.atleast_2d(value), 12) + 0.0).tolist()}")


def relu(z):
    return np.maximum(0, z)


# Forward pass
z1 = x @ W1 + b1
a1 = relu(z1)
z2 = a1 @ W2 + b2
a2 = relu(z2)

# Error and loss
error = a2 - y
L = 1 / 2 * np.sum(error**2)


show("z1", z1)
show("a1", a1)
show("z2", z2)
show("a2", a2)
show("error", error)
show("L", L)
