# Network 3-4-1, trained in NumPy, with the formulas of every update written out.
# Rows are samples; W is (inputs, units). Names count layers: z1, delta1 and W1 belong to the first one.
# Weights and shuffles are drawn as PyTorch draws them after torch.manual_seed(42).
# Task: Laboratory Task 4

import numpy as np

# temperature, rainfall, humidity; apples
data = np.array([
    [102, 49, 67, 49.8],
    [83, 55, 63, 54],
    [104, 109, 68, 94.2],
    [64, 72, 44, 64.9],
    [87, 116, 71, 101],
    [77, 91, 55, 89.1],
    [96, 78, 72, 72.2],
    [68, 114, 63, 106.6],
    [99, 58, 64, 49.6],
    [84, 68, 73, 75.3],
    [101, 69, 39, 48.7],
    [81, 82, 70, 81.4],
    [79, 131, 47, 112.2],
    [96, 121, 68, 108.6],
    [104, 122, 44, 86.9],
    [77, 103, 54, 92.7],
    [104, 41, 41, 20.1],
    [102, 69, 67, 55.4],
    [68, 90, 47, 84.4],
    [87, 130, 54, 104.6],
    [92, 76, 67, 72.4],
    [102, 95, 50, 68.4],
    [90, 125, 70, 112.6],
    [66, 74, 55, 69.5],
    [82, 115, 73, 115.3],
    [82, 100, 66, 90.2],
    [83, 93, 75, 93.9],
    [103, 103, 64, 94.2],
    [76, 88, 48, 72.9],
    [70, 51, 56, 51.7],
    [83, 130, 73, 127.5],
    [89, 137, 72, 125.4],
    [102, 123, 45, 95],
    [86, 75, 45, 56],
    [72, 103, 45, 90.9],
    [102, 117, 60, 98],
    [82, 46, 43, 30.6],
    [90, 119, 63, 111.8],
    [81, 48, 48, 39.3],
    [70, 134, 69, 129.7],
    [91, 64, 45, 43.6],
    [95, 136, 72, 122.6],
    [69, 63, 48, 56.8],
    [81, 94, 36, 71.6],
    [76, 123, 41, 105.3],
    [68, 139, 68, 129.9],
    [70, 111, 42, 92.3],
    [103, 123, 45, 97.4],
    [100, 79, 75, 76.7],
    [77, 115, 52, 102.4],
    [93, 78, 61, 75.2],
    [62, 133, 57, 126.7],
    [101, 117, 54, 96.1],
    [84, 78, 71, 78.7],
    [97, 118, 36, 92],
    [72, 47, 50, 47.9],
    [77, 133, 53, 113.9],
    [76, 109, 62, 104.8],
    [104, 73, 64, 57.5],
    [79, 105, 35, 84.8],
    [82, 118, 39, 95.6],
    [103, 103, 45, 75],
    [101, 129, 48, 98.9],
    [78, 82, 66, 74.3],
    [74, 72, 65, 76.9],
    [96, 77, 72, 73.4],
    [65, 68, 51, 63.7],
    [78, 88, 52, 80.3],
    [99, 116, 41, 83],
    [101, 127, 71, 111.4],
    [71, 103, 71, 102.5],
    [64, 119, 73, 117.6],
    [95, 137, 64, 129.7],
    [88, 106, 70, 99.6],
    [71, 48, 58, 48.7],
    [83, 103, 69, 102.8],
    [63, 42, 48, 29.1],
    [92, 108, 65, 97.1],
    [84, 140, 65, 127.7],
    [92, 89, 60, 73.9],
    [64, 133, 69, 134.1],
    [89, 42, 62, 32.3],
    [77, 137, 45, 114.9],
    [82, 57, 37, 43.1],
    [75, 124, 48, 97.6],
    [89, 70, 43, 45.9],
    [86, 79, 71, 78],
    [88, 53, 56, 45.9],
    [63, 44, 64, 50.9],
    [70, 115, 72, 117.6],
    [63, 115, 67, 116.7],
    [77, 52, 70, 53],
    [82, 102, 57, 90.1],
    [65, 66, 65, 66.7],
    [90, 130, 73, 113.1],
    [82, 53, 53, 36.5],
    [83, 99, 63, 95.4],
    [87, 129, 73, 121.1],
    [102, 94, 45, 75.5],
    [86, 107, 38, 74.7],
], dtype=float)
inputs, targets = data[:, :3], data[:, 3:]


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


# The last 20 rows are for validation.
inputs, validation_inputs = inputs[:80], inputs[80:]
targets, validation_targets = targets[:80], targets[80:]

# Each column gets mean 0 and standard deviation 1, by the rows that are trained on.
mean, deviation = inputs.mean(axis=0), inputs.std(axis=0)
inputs = (inputs - mean) / deviation
validation_inputs = (validation_inputs - mean) / deviation
mean, deviation = targets.mean(axis=0), targets.std(axis=0)
targets = (targets - mean) / deviation
validation_targets = (validation_targets - mean) / deviation

W1, b1 = linear(3, 4)
W2, b2 = linear(4, 1)

epochs, batch_size = 1000, 8
learning_rate = 0.001


def evaluate(x, y):
    """Return the loss of some rows and the outputs for them; nothing is updated."""
    n = len(x)
    z1 = x @ W1 + b1
    a1 = z1
    z2 = a1 @ W2 + b2
    a2 = z2
    error = a2 - y
    L = 1 / n * np.sum(error**2)
    return float(L), a2


losses, validation_losses = [], []
for epoch in range(1, epochs + 1):
    order = shuffled(len(inputs))
    total = 0.0
    for start in range(0, 80, batch_size):
        rows = order[start : start + batch_size]
        x, y, n = inputs[rows], targets[rows], len(rows)

        # Forward pass
        z1 = x @ W1 + b1
        a1 = z1
        z2 = a1 @ W2 + b2
        a2 = z2

        # Error and loss
        error = a2 - y
        L = 1 / n * np.sum(error**2)

        # Backward pass
        delta2 = 2 / n * error
        dW2 = a1.T @ delta2
        db2 = np.sum(delta2, axis=0, keepdims=True)
        delta1 = delta2 @ W2.T
        dW1 = x.T @ delta1
        db1 = np.sum(delta1, axis=0, keepdims=True)

        # Update
        W1 = W1 - learning_rate * dW1
        b1 = b1 - learning_rate * db1
        W2 = W2 - learning_rate * dW2
        b2 = b2 - learning_rate * db2

        total += float(L)
    losses.append(total / 10)
    line = f"epoch {epoch}: loss {losses[-1]:.6f}"
    loss, outputs = evaluate(validation_inputs, validation_targets)
    validation_losses.append(loss)
    line += f", validation loss {loss:.6f}"
    if epoch == 1 or epoch % 100 == 0:
        print(line)

loss, outputs = evaluate(inputs, targets)
print(f"all training rows: loss {loss:.6f}")
