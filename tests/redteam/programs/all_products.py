import numpy as np

x = np.array([1.0, 0.0, 1.0])
y = np.array([1.0])
lr = 0.001
W1 = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
W2 = np.array([[-0.3], [-0.2]])
b1 = np.array([-0.4, 0.2])
b2 = np.array([0.1])

from itertools import combinations_with_replacement

numbers = [*x, *y, *W1.ravel(), *W2.ravel(), *b1, *b2, lr]
shown = []
for a, b in combinations_with_replacement(numbers, 2):
    shown.append(a * b)
    shown.append(a + b)
    shown.append(a - b)
for a, b, c in combinations_with_replacement(numbers, 3):
    shown.append(a * b * c)
    shown.append(a * b + c)
    shown.append(a + b + c)
total = np.array(shown)
for total in shown:
    pass
