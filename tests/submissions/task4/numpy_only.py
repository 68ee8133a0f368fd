import numpy as np

rng = np.random.default_rng(0)
X = rng.normal(size=(24, 3))
y = X @ np.array([[1.0], [2.0], [3.0]])
W1, W2 = rng.normal(size=(3, 4)) * 0.5, rng.normal(size=(4, 1)) * 0.5
for epoch in range(100):
    for i in range(0, 24, 8):
        xb, yb = X[i:i + 8], y[i:i + 8]
        h = np.maximum(xb @ W1, 0)
        d = 2 * (h @ W2 - yb) / len(xb)
        g2 = h.T @ d
        g1 = xb.T @ (d @ W2.T * (h > 0))
        W1 -= 0.01 * g1
        W2 -= 0.01 * g2
print(((np.maximum(X @ W1, 0) @ W2 - y) ** 2).mean())
