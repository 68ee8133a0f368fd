# Network 3-2, trained in NumPy, with the formulas of every update written out.
# Rows are samples; W is (inputs, units). Names count layers: z1, delta1 and W1 belong to the first one.
# Weights and shuffles are drawn as PyTorch draws them after torch.manual_seed(42).
# Task: Apples and oranges, trained

import numpy as np

# x1, x2, x3; y1, y2
data = np.array([
    [73, 67, 43, 56, 70],
    [91, 88, 64, 81, 101],
    [87, 134, 58, 119, 133],
    [102, 43, 37, 22, 37],
    [69, 96, 70, 103, 119],
    [73, 67, 43, 56, 70],
    [91, 88, 64, 81, 101],
    [87, 134, 58, 119, 133],
    [102, 43, 37, 22, 37],
    [69, 96, 70, 103, 119],
    [73, 67, 43, 56, 70],
    [91, 88, 64, 81, 101],
    [87, 134, 58, 119, 133],
    [102, 43, 37, 22, 37],
    [69, 96, 70, 103, 119],
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


W1, b1 = linear(3, 2)

epochs, batch_size = 100, 3
learning_rate = 0.0001
momentum = 0.9


def evaluate(x, y):
    """Return the loss of some rows and the outputs for them; nothing is updated."""
    n = len(x)
    z1 = x @ W1 + b1
    a1 = z1
    error = a1 - y
    L = 1 / (2 * n) * np.sum(error**2)
    return float(L), a1


losses = []
update = 0
for epoch in range(1, epochs + 1):
    order = shuffled(len(inputs))
    total = 0.0
    for start in range(0, 15, batch_size):
        rows = order[start : start + batch_size]
        x, y, n = inputs[rows], targets[rows], len(rows)
        update += 1

        # Forward pass
        z1 = x @ W1 + b1
        a1 = z1

        # Error and loss
        error = a1 - y
        L = 1 / (2 * n) * np.sum(error**2)

        # Backward pass
        delta1 = 1 / n * error
        dW1 = x.T @ delta1
        db1 = np.sum(delta1, axis=0, keepdims=True)

        # Update
        vW1 = dW1 if update == 1 else momentum * vW1 + dW1
        W1 = W1 - learning_rate * vW1
        vb1 = db1 if update == 1 else momentum * vb1 + db1
        b1 = b1 - learning_rate * vb1

        total += float(L)
    losses.append(total / 5)
    line = f"epoch {epoch}: loss {losses[-1]:.6f}"
    if epoch == 1 or epoch % 10 == 0:
        print(line)

loss, outputs = evaluate(inputs, targets)
print(f"all training rows: loss {loss:.6f}")
