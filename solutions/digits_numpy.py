# Network 64-128-64-10, trained in NumPy, with the formulas of every update written out.
# Rows are samples; W is (inputs, units). Names count layers: z1, delta1 and W1 belong to the first one.
# Weights and shuffles are drawn as PyTorch draws them after torch.manual_seed(42).
# Task: Handwritten digits

import numpy as np
from sklearn.datasets import load_digits

data = load_digits()
inputs = np.asarray(data.data, dtype=float)
targets = np.eye(10)[data.target]


# PyTorch's random numbers
def generator(seed):
    twister = np.random.MT19937()
    twister._legacy_seeding(seed)
    return twister


draws = generator(42)


def uniform(bound, *shape):
    """Draw float32 numbers between -bound and bound."""
    bound = float(np.float32(bound))
    parts = (draws.random_raw(np.prod(shape)) & 0xFFFFFF) * 2.0**-24
    return (parts * (2 * bound) - bound).astype(np.float32).astype(float).reshape(shape)


def linear(inputs, units):
    """Draw the weights and biases of a new nn.Linear(inputs, units)."""
    weights = uniform(np.sqrt(3) * (np.sqrt(1 / 3) / np.sqrt(inputs)), units, inputs).T
    return weights, uniform(1 / np.sqrt(inputs), 1, units)


def permutation(twister, rows):
    """Return what torch.randperm(rows) returns: Fisher and Yates's shuffle."""
    order = np.arange(rows)
    for place, number in enumerate(twister.random_raw(rows - 1).tolist()):
        other = place + number % (rows - place)
        order[place], order[other] = order[other], order[place]
    return order


def shuffled(rows):
    """Return the order in which a new pass over DataLoader(..., shuffle=True) visits the rows."""
    draws.random_raw(2)  # a seed for its workers
    return permutation(generator(int(draws.random_raw(2)[1])), rows)


def log_softmax(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def relu(z):
    return np.maximum(0, z)


def relu_slope(z):
    return (z > 0).astype(float)


def softmax(z):
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


# The last 360 rows are for validation.
inputs, validation_inputs = inputs[:1437], inputs[1437:]
targets, validation_targets = targets[:1437], targets[1437:]

# Each column gets mean 0 and standard deviation 1, by the rows that are trained on.
mean, deviation = inputs.mean(axis=0), inputs.std(axis=0)
deviation[inputs.min(axis=0) == inputs.max(axis=0)] = 1  # a column that is constant becomes 0
inputs = (inputs - mean) / deviation
validation_inputs = (validation_inputs - mean) / deviation

W1, b1 = linear(64, 128)
W2, b2 = linear(128, 64)
W3, b3 = linear(64, 10)

epochs, batch_size = 10, 32
learning_rate = 0.05


def evaluate(x, y):
    """Return the loss of some rows and the outputs for them; nothing is updated."""
    n = len(x)
    z1 = x @ W1 + b1
    a1 = relu(z1)
    z2 = a1 @ W2 + b2
    a2 = relu(z2)
    z3 = a2 @ W3 + b3
    a3 = softmax(z3)
    L = -1 / n * np.sum(y * log_softmax(z3))
    return float(L), a3


def right(outputs, y):
    """Return how many rows are put into the right class."""
    return int(np.sum(outputs.argmax(axis=1) == y.argmax(axis=1)))


losses, validation_losses = [], []
for epoch in range(1, epochs + 1):
    order = shuffled(len(inputs))
    total, correct = 0.0, 0
    for start in range(0, 1437, batch_size):
        rows = order[start : start + batch_size]
        x, y, n = inputs[rows], targets[rows], len(rows)

        # Forward pass
        z1 = x @ W1 + b1
        a1 = relu(z1)
        z2 = a1 @ W2 + b2
        a2 = relu(z2)
        z3 = a2 @ W3 + b3
        a3 = softmax(z3)

        # Error and loss
        error = a3 - y
        L = -1 / n * np.sum(y * log_softmax(z3))

        # Backward pass
        delta3 = 1 / n * error
        dW3 = a2.T @ delta3
        db3 = np.sum(delta3, axis=0, keepdims=True)
        delta2 = delta3 @ W3.T * relu_slope(z2)
        dW2 = a1.T @ delta2
        db2 = np.sum(delta2, axis=0, keepdims=True)
        delta1 = delta2 @ W2.T * relu_slope(z1)
        dW1 = x.T @ delta1
        db1 = np.sum(delta1, axis=0, keepdims=True)

        # Update
        W1 = W1 - learning_rate * dW1
        b1 = b1 - learning_rate * db1
        W2 = W2 - learning_rate * dW2
        b2 = b2 - learning_rate * db2
        W3 = W3 - learning_rate * dW3
        b3 = b3 - learning_rate * db3

        total += float(L)
        correct += right(a3, y)
    losses.append(total / 45)
    line = f"epoch {epoch}: loss {losses[-1]:.6f}, accuracy {correct / 1437:.4f}"
    loss, outputs = evaluate(validation_inputs, validation_targets)
    validation_losses.append(loss)
    line += f", validation loss {loss:.6f}"
    line += f", validation accuracy {right(outputs, validation_targets) / len(outputs):.4f}"
    print(line)

loss, outputs = evaluate(inputs, targets)
print(f"all training rows: loss {loss:.6f}, accuracy {right(outputs, targets) / len(outputs):.4f}")
