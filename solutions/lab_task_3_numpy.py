# A 3-2-1 network, worked step by step in NumPy. Rows are samples; W is (inputs, units).
# Names count layers: z1, delta1 and W1 belong to the first one.
# Task: Laboratory Task 3

import numpy as np

x = np.array([[1.0, 0.0, 1.0]])
y = np.array([[1.0]])
W1 = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
W2 = np.array([[-0.3], [-0.2]])
b1 = np.array([[-0.4, 0.2]])
b2 = np.array([[0.1]])
learning_rate = 0.001


def show(name, value):
    print(f"{name} = {(np.round(np.atleast_2d(value), 12) + 0.0).tolist()}")


def relu(z):
    return np.maximum(0, z)


def relu_slope(z):
    return (z > 0).astype(float)


# Forward pass
z1 = x @ W1 + b1
a1 = relu(z1)
z2 = a1 @ W2 + b2
a2 = relu(z2)

# Error and loss
error = a2 - y
L = 1 / 2 * np.sum(error**2)

# Backward pass
delta2 = error * relu_slope(z2)
dW2 = a1.T @ delta2
db2 = delta2
delta1 = delta2 @ W2.T * relu_slope(z1)
dW1 = x.T @ delta1
db1 = delta1
dx = delta1 @ W1.T

# Update
W1_new = W1 - learning_rate * dW1
b1_new = b1 - learning_rate * db1
W2_new = W2 - learning_rate * dW2
b2_new = b2 - learning_rate * db2


show("z1", z1)
show("a1", a1)
show("z2", z2)
show("a2", a2)
show("error", error)
show("L", L)
show("delta2", delta2)
show("dW2", dW2)
show("db2", db2)
show("delta1", delta1)
show("dW1", dW1)
show("db1", db1)
show("dx", dx)
show("W1_new", W1_new)
show("b1_new", b1_new)
show("W2_new", W2_new)
show("b2_new", b2_new)
