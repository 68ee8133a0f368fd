import numpy as np
np.random.seed(42)

X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 0], [1, 1, 1]])
Y = np.array([[0], [1], [1], [0]])
syn0 = 2 * np.random.random((3, 4)) - 1
syn1 = 2 * np.random.random((4, 1)) - 1

for it in range(300):
    layer1 = 1 / (1 + np.exp(-(X @ syn0)))
    layer2 = 1 / (1 + np.exp(-(layer1 @ syn1)))
    miss = Y - layer2
    step2 = miss * layer2 * (1 - layer2)
    step1 = step2 @ syn1.T * layer1 * (1 - layer1)
    syn1 += layer1.T @ step2
    syn0 += X.T @ step1
print("after training:", layer2.round(3).ravel())
