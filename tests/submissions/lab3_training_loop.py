import numpy as np

X = np.array([1, 0, 1])
Y = np.array([1])
learning_rate = 0.001
epochs = 50

W1 = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
W2 = np.array([[-0.3], [-0.2]])
B1 = np.array([-0.4, 0.2])
B2 = np.array([0.1])

history = []
for epoch in range(epochs):
    # forward
    Z1 = X @ W1 + B1
    A1 = np.maximum(0, Z1)
    Z2 = A1 @ W2 + B2
    A2 = np.maximum(0, Z2)
    err = A2 - Y
    loss = 0.5 * np.sum(err ** 2)
    history.append(loss)
    # backward
    dZ2 = err * (Z2 > 0)
    dW2 = np.outer(A1, dZ2)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    dW1 = np.outer(X, dZ1)
    # update
    W2 = W2 - learning_rate * dW2
    B2 = B2 - learning_rate * dZ2
    W1 = W1 - learning_rate * dW1
    B1 = B1 - learning_rate * dZ1
    if epoch == 0 or (epoch + 1) % 10 == 0:
        print(f"Epoch {epoch + 1}: output {A2[0]:.4f}, loss {loss:.6f}")

print(W1, B1, W2, B2, sep="\n")
