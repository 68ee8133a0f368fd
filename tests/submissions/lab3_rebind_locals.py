import numpy as np


def relu(a):
    return np.maximum(0, a)


def relu_prime(a):
    return (a > 0).astype(float)


def main():
    x = np.array([[1, 0, 1]])
    y = np.array([[1]])
    w1 = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
    w2 = np.array([[-0.3], [-0.2]])
    b1 = np.array([[-0.4, 0.2]])
    b2 = np.array([[0.1]])
    lr = 0.001

    z1 = x @ w1 + b1
    a1 = relu(z1)
    z2 = a1 @ w2 + b2
    a2 = relu(z2)
    err = a2 - y
    loss = np.sum(0.5 * err ** 2)
    print(f"output {a2.item():.4f}  loss {loss:.4f}")

    delta2 = err * relu_prime(z2)
    dw2 = a1.T @ delta2
    db2 = delta2.sum(axis=0, keepdims=True)
    delta1 = delta2 @ w2.T * relu_prime(z1)
    dw1 = x.T @ delta1
    db1 = delta1.sum(axis=0, keepdims=True)

    w2 = w2 - lr * dw2
    b2 = b2 - lr * db2
    w1 = w1 - lr * dw1
    b1 = b1 - lr * db1
    print("w1", w1, "b1", b1, "w2", w2, "b2", b2, sep="\n")


if __name__ == "__main__":
    main()
