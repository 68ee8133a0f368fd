import numpy as np
samples = np.array([[1, 1], [-1, 1]])
labels = np.array([0, 2])
W1 = np.array([[0.5, -0.2], [0.1, 0.3]])
W2 = np.array([[0.4, -0.3, 0.1], [-0.2, 0.5, 0.3]])
b1 = np.array([[0.1, 0.2]])
b2 = np.array([[0.1, -0.1, 0.2]])
lr = 0.1

onehot = np.eye(3)[labels]
hidden_net = samples @ W1 + b1
hidden = hidden_net.clip(min=0)
scores = hidden @ W2 + b2
probs = scores / scores.sum(axis=1, keepdims=True)     # so that they add up to 1
error = probs - onehot
loss = -np.log(probs[range(2), labels]).mean()

d_scores = (probs - onehot) / 2
d_W2 = hidden.T @ d_scores
d_b2 = d_scores.sum(axis=0)
d_hidden = d_scores @ W2.T * (hidden_net > 0)
d_W1 = samples.T @ d_hidden
d_b1 = d_hidden.sum(axis=0)
W2 = W2 - lr * d_W2
b2 = b2 - lr * d_b2
W1 = W1 - lr * d_W1
b1 = b1 - lr * d_b1
print("loss", loss)
print(W1, b1, W2, b2, sep="\n")
