# Network 4-32-1, trained in NumPy, with the formulas of every update written out.
# Rows are samples; W is (inputs, units). Names count layers: z1, delta1 and W1 belong to the first one.
# Weights and shuffles are drawn as PyTorch draws them after torch.manual_seed(42).
# Task: Overfitting, fought

import numpy as np

# ph, Sulfate, Conductivity, Organic_carbon; Potability
data = np.array([
    [7.3, 356, 360, 16.7, 0],
    [6.3, 322, 417, 10.4, 1],
    [6.4, 323, 407, 11.1, 1],
    [3.6, 326, 478, 14.3, 0],
    [9.5, 356, 484, 13.2, 0],
    [8.6, 287, 367, 19, 0],
    [6.5, 269, 376, 16.4, 1],
    [8.1, 233, 377, 13.1, 1],
    [7.4, 378, 312, 15.9, 0],
    [6.2, 333, 373, 7.3, 1],
    [8.4, 390, 413, 15, 0],
    [6.6, 330, 475, 16.9, 1],
    [6.5, 300, 526, 13.4, 1],
    [5.9, 349, 355, 11.7, 1],
    [7.6, 327, 464, 15.9, 0],
    [6.9, 280, 384, 20.5, 0],
    [7.8, 295, 586, 14.7, 1],
    [6.1, 401, 416, 10.3, 1],
    [7.2, 344, 460, 18.8, 0],
    [5.8, 347, 345, 7.8, 1],
    [8.2, 319, 355, 15.7, 0],
    [7.3, 302, 436, 12.1, 1],
    [7.5, 366, 389, 17.1, 0],
    [7.6, 326, 448, 11.2, 1],
    [5.6, 300, 295, 18.4, 0],
    [8.1, 325, 473, 15, 0],
    [9.9, 294, 348, 8.3, 0],
    [4.7, 338, 558, 7.5, 0],
    [4.6, 375, 397, 13, 0],
    [4.9, 297, 508, 18.3, 0],
    [8.2, 387, 308, 14.4, 0],
    [7.2, 303, 454, 14.2, 1],
    [8.5, 336, 349, 13.2, 0],
    [8, 297, 381, 16.4, 1],
    [7.3, 321, 422, 15.2, 1],
    [7.4, 332, 395, 14.9, 1],
    [6.8, 313, 441, 10.8, 1],
    [8.2, 302, 480, 17.9, 0],
    [5.4, 303, 472, 18.5, 0],
    [6.4, 297, 413, 9.7, 1],
    [7.3, 267, 311, 21.6, 0],
    [9.5, 319, 356, 16.4, 0],
    [5.9, 346, 404, 12.4, 1],
    [5.5, 366, 250, 7.7, 0],
    [6.2, 356, 480, 16.2, 0],
    [8.4, 428, 401, 15.8, 0],
    [6.7, 343, 400, 12, 0],
    [8.9, 312, 496, 8.1, 0],
    [4.4, 405, 473, 17.7, 0],
    [8.6, 288, 438, 12.1, 1],
    [8.4, 369, 340, 12.4, 0],
    [5, 292, 445, 23.4, 0],
    [7.2, 344, 448, 21, 0],
    [8.7, 251, 349, 17.1, 1],
    [7.1, 366, 503, 12.5, 1],
    [8.4, 324, 461, 16.1, 0],
    [10.3, 291, 262, 6.5, 0],
    [7.4, 397, 430, 14.4, 0],
    [6.6, 361, 319, 11.5, 1],
    [5.9, 332, 511, 9.8, 1],
], dtype=float)
inputs, targets = data[:, :4], data[:, 4:]


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


def relu(z):
    return np.maximum(0, z)


def relu_slope(z):
    return (z > 0).astype(float)


def sigmoid(z):
    small = np.exp(-np.abs(z))  # never overflows
    return np.where(z >= 0, 1, small) / (1 + small)


def softplus(z):
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


# The last 20 rows are for validation.
inputs, validation_inputs = inputs[:40], inputs[40:]
targets, validation_targets = targets[:40], targets[40:]

# Each column gets mean 0 and standard deviation 1, by the rows that are trained on.
mean, deviation = inputs.mean(axis=0), inputs.std(axis=0)
inputs = (inputs - mean) / deviation
validation_inputs = (validation_inputs - mean) / deviation

W1, b1 = linear(4, 32)
W2, b2 = linear(32, 1)

epochs, batch_size = 200, 8
learning_rate = 0.1
momentum = 0.9
weight_decay = 0.02
p1 = 0.3


def evaluate(x, y):
    """Return the loss of some rows and the outputs for them; nothing is updated."""
    n = len(x)
    z1 = x @ W1 + b1
    a1 = relu(z1)
    z2 = a1 @ W2 + b2
    a2 = sigmoid(z2)
    L = 1 / n * np.sum(y * softplus(-z2) + (1 - y) * softplus(z2))
    return float(L), a2


def right(outputs, y):
    """Return how many rows are put into the right class."""
    return int(np.sum((outputs >= 0.5) == (y >= 0.5)))


losses, validation_losses = [], []
update = 0
best, best_epoch = np.inf, 0
for epoch in range(1, epochs + 1):
    order = shuffled(len(inputs))
    total, correct = 0.0, 0
    for start in range(0, 40, batch_size):
        rows = order[start : start + batch_size]
        x, y, n = inputs[rows], targets[rows], len(rows)
        update += 1

        # Dropout: which units are kept
        masks = np.random.Generator(np.random.Philox(key=42, counter=[0, 0, 0, update]))
        mask1 = (masks.random((n, 32)) >= 0.3).astype(float)

        # Forward pass
        z1 = x @ W1 + b1
        a1 = relu(z1)
        kept1 = a1 * mask1 / (1 - p1)
        z2 = kept1 @ W2 + b2
        a2 = sigmoid(z2)

        # Error and loss
        error = a2 - y
        L = 1 / n * np.sum(y * softplus(-z2) + (1 - y) * softplus(z2))

        # Backward pass
        delta2 = 1 / n * error
        dW2 = kept1.T @ delta2
        db2 = np.sum(delta2, axis=0, keepdims=True)
        delta1 = delta2 @ W2.T / (1 - p1) * mask1 * relu_slope(z1)
        dW1 = x.T @ delta1
        db1 = np.sum(delta1, axis=0, keepdims=True)

        # Update
        vW1 = dW1 + weight_decay * W1 if update == 1 else momentum * vW1 + dW1 + weight_decay * W1
        W1 = W1 - learning_rate * vW1
        vb1 = db1 + weight_decay * b1 if update == 1 else momentum * vb1 + db1 + weight_decay * b1
        b1 = b1 - learning_rate * vb1
        vW2 = dW2 + weight_decay * W2 if update == 1 else momentum * vW2 + dW2 + weight_decay * W2
        W2 = W2 - learning_rate * vW2
        vb2 = db2 + weight_decay * b2 if update == 1 else momentum * vb2 + db2 + weight_decay * b2
        b2 = b2 - learning_rate * vb2

        total += float(L)
        correct += right(a2, y)
    losses.append(total / 5)
    line = f"epoch {epoch}: loss {losses[-1]:.6f}, accuracy {correct / 40:.4f}"
    loss, outputs = evaluate(validation_inputs, validation_targets)
    validation_losses.append(loss)
    line += f", validation loss {loss:.6f}"
    line += f", validation accuracy {right(outputs, validation_targets) / len(outputs):.4f}"
    if epoch == 1 or epoch % 20 == 0:
        print(line)
    if validation_losses[-1] < best:
        best, best_epoch = validation_losses[-1], epoch
    if epoch - best_epoch >= 30:
        print(f"stopped after epoch {epoch}: nothing got better since epoch {best_epoch}")
        break

loss, outputs = evaluate(inputs, targets)
print(f"all training rows: loss {loss:.6f}, accuracy {right(outputs, targets) / len(outputs):.4f}")
