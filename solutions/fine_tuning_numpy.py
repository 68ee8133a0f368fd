# Network 3-4-1, trained in NumPy, with the formulas of every update written out.
# Rows are samples; W is (inputs, units). Names count layers: z1, delta1 and W1 belong to the first one.
# Weights and shuffles are drawn as PyTorch draws them after torch.manual_seed(42).
# Task: Fine-tuning with a frozen layer

import numpy as np

# temperature, rainfall, humidity; oranges
data = np.array([
    [102, 49, 67, 66.8],
    [83, 55, 63, 76.5],
    [104, 109, 68, 115.9],
    [64, 72, 44, 79.3],
    [87, 116, 71, 130.5],
    [77, 91, 55, 96.1],
    [96, 78, 72, 88.4],
    [68, 114, 63, 123],
    [99, 58, 64, 80.5],
    [84, 68, 73, 97.3],
    [101, 69, 39, 64.9],
    [81, 82, 70, 101.4],
    [79, 131, 47, 122],
    [96, 121, 68, 125.1],
    [104, 122, 44, 107],
    [77, 103, 54, 107.6],
    [104, 41, 41, 39.8],
    [102, 69, 67, 91.4],
    [68, 90, 47, 90],
    [87, 130, 54, 128.9],
    [92, 76, 67, 87.4],
    [102, 95, 50, 94.3],
    [90, 125, 70, 133.7],
    [66, 74, 55, 88.1],
    [82, 115, 73, 133.2],
    [82, 100, 66, 120.9],
    [83, 93, 75, 116.4],
    [103, 103, 64, 106.6],
    [76, 88, 48, 85.6],
    [70, 51, 56, 70.8],
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


# The last 10 rows are for validation.
inputs, validation_inputs = inputs[:20], inputs[20:]
targets, validation_targets = targets[:20], targets[20:]

# Each column gets mean 0 and standard deviation 1, by the rows that are trained on.
mean, deviation = inputs.mean(axis=0), inputs.std(axis=0)
inputs = (inputs - mean) / deviation
validation_inputs = (validation_inputs - mean) / deviation
mean, deviation = targets.mean(axis=0), targets.std(axis=0)
targets = (targets - mean) / deviation
validation_targets = (validation_targets - mean) / deviation

W1, b1 = linear(3, 4)
W2, b2 = linear(4, 1)
W1 = np.array([[0.3352, 0.5288, -0.277, -0.4992], [0.7445, -0.1206, 0.3226, 0.6861], [0.0536, 0.1183, 0.5047, 0.245]])
b1 = np.array([[0.4167, 0.0814, 0.2685, -0.0961]])
W2 = np.array([[0.6058], [-0.0575], [0.1785], [0.5967]])
b2 = np.array([[-0.2384]])

epochs, batch_size = 1000, 5
learning_rate = 0.0005


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
    for start in range(0, 20, batch_size):
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

        # Update
        W2 = W2 - learning_rate * dW2
        b2 = b2 - learning_rate * db2

        total += float(L)
    losses.append(total / 4)
    line = f"epoch {epoch}: loss {losses[-1]:.6f}"
    loss, outputs = evaluate(validation_inputs, validation_targets)
    validation_losses.append(loss)
    line += f", validation loss {loss:.6f}"
    if epoch == 1 or epoch % 100 == 0:
        print(line)

loss, outputs = evaluate(inputs, targets)
print(f"all training rows: loss {loss:.6f}")
