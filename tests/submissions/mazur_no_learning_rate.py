import numpy as np

def main():
    lr = 0.5        # from the sheet
    x = np.array([[0.05], [0.1]])
    y = np.array([[0.01], [0.99]])
    w1 = np.array([[0.15, 0.2], [0.25, 0.3]])
    w2 = np.array([[0.4, 0.45], [0.5, 0.55]])
    b1 = np.array([[0.35], [0.35]])
    b2 = np.array([[0.6], [0.6]])
    sgm = lambda t: 1 / (1 + np.exp(-t))

    u1 = w1 @ x + b1
    f1 = sgm(u1)
    u2 = w2 @ f1 + b2
    f2 = sgm(u2)
    miss = f2 - y
    total = np.sum(miss * miss) / 2
    r2 = miss * f2 * (1 - f2)
    g2 = r2 @ f1.T
    r1 = w2.T @ r2 * f1 * (1 - f1)
    g1 = r1 @ x.T
    w1_next = w1 - g1
    w2_next = w2 - g2
    return total, w1_next, w2_next

print(*main(), sep="\n")
