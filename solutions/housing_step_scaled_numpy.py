# Network 8-1, trained in NumPy, with the formulas of every update written out.
# Rows are samples; W is (inputs, units). Names count layers: z1, delta1 and W1 belong to the first one.
# Weights and shuffles are drawn as PyTorch draws them after torch.manual_seed(0).
# Task: A step on housing data, scaled

import numpy as np

# MedInc, HouseAge, AveRooms, AveBedrms, Population, AveOccup, Latitude, Longitude; MedHouseVal
data = np.array([
    [4.8708, 5, 5.807017543859649, 1.1333333333333333, 1711, 3.001754385964912, 40.06, -116.17, 2.864],
    [8.2609, 33, 6.373113854595336, 1.159122085048011, 2163, 2.9670781893004117, 40.3, -121.42, 4.178],
    [4.53, 15, 5.815950920245399, 1.0276073619631902, 1206, 3.6993865030674846, 38.67, -118.57, 2.095],
    [2.5199, 32, 5.715341959334566, 1.0055452865064696, 1741, 3.2181146025878005, 37.44, -117, 1.577],
    [4.6615, 46, 6.385483870967742, 1.1419354838709677, 2259, 3.643548387096774, 40.39, -117.56, 2.548],
    [4.286, 17, 5.870216306156406, 1.0798668885191347, 1645, 2.737104825291181, 33.72, -115.76, 2.244],
    [5.7576, 16, 5.531055900621118, 0.953416149068323, 1001, 3.108695652173913, 35.96, -116.26, 3],
    [2.4375, 12, 5.670103092783505, 0.9982817869415808, 1919, 3.297250859106529, 37.85, -115.74, 1.202],
    [4.6674, 20, 5.705685618729097, 1.0033444816053512, 739, 2.471571906354515, 36.82, -123.76, 2.75],
    [6.4054, 41, 5.026016260162602, 1.0959349593495935, 2170, 3.5284552845528454, 39.34, -120.06, 3.367],
    [4.5758, 36, 6.002923976608187, 1.090643274853801, 790, 2.309941520467836, 34.56, -119.64, 2.35],
    [8.597, 36, 5.2210242587601075, 1.0781671159029649, 841, 2.266846361185984, 33.5, -123.41, 4.316],
    [4.2277, 6, 5.963005780346821, 1.0358381502890173, 2196, 2.538728323699422, 34.01, -123.95, 2.329],
    [8.0471, 42, 5.454545454545454, 1.0483870967741935, 2469, 3.6202346041055717, 40.7, -116.52, 3.848],
    [3.9996, 39, 6.244541484716157, 1.074235807860262, 676, 2.9519650655021836, 34.06, -115.15, 1.666],
    [4.4984, 15, 6.076335877862595, 1.0916030534351144, 271, 2.068702290076336, 34.81, -116.94, 1.855],
    [6.7872, 33, 4.119170984455959, 1.0932642487046633, 462, 2.393782383419689, 36.02, -121.16, 3.859],
    [5.541, 38, 6.345410628019324, 1.1280193236714975, 1295, 3.1280193236714977, 37.99, -117.65, 2.67],
    [8.4878, 7, 6.689950980392157, 1.1985294117647058, 1731, 2.1213235294117645, 39.26, -121.31, 4.161],
    [8.1436, 8, 4.993827160493828, 1.1358024691358024, 426, 2.6296296296296298, 33.63, -117.33, 4.179],
    [3.6341, 15, 6.197115384615385, 1.0721153846153846, 504, 2.423076923076923, 40.45, -121.48, 1.963],
    [3.9237, 5, 6.536697247706422, 1.1926605504587156, 737, 3.3807339449541285, 39.1, -116.96, 2.404],
    [6.339, 33, 5.496913580246914, 0.9814814814814815, 742, 2.2901234567901234, 35.57, -115.11, 3.063],
    [7.4457, 13, 4.386666666666667, 1.187878787878788, 2261, 2.7406060606060607, 34.51, -115.12, 3.863],
], dtype=float)
inputs, targets = data[:, :8], data[:, 8:]


# PyTorch's random numbers
def generator(seed):
    twister = np.random.MT19937()
    twister._legacy_seeding(seed)
    return twister


draws = generator(0)


def uniform(bound, *shape):
    """Draw float32 numbers between -bound and bound."""
    bound = float(np.float32(bound))
    parts = (draws.random_raw(np.prod(shape)) & 0xFFFFFF) * 2.0**-24
    return (parts * (2 * bound) - bound).astype(np.float32).astype(float).reshape(shape)


def linear(inputs, units):
    """Draw the weights and biases of a new nn.Linear(inputs, units)."""
    weights = uniform(np.sqrt(3) * (np.sqrt(1 / 3) / np.sqrt(inputs)), units, inputs).T
    return weights, uniform(1 / np.sqrt(inputs), 1, units)


# Each column gets mean 0 and standard deviation 1, by the rows that are trained on.
mean, deviation = inputs.mean(axis=0), inputs.std(axis=0)
inputs = (inputs - mean) / deviation

W1, b1 = linear(8, 1)

epochs, batch_size = 1, 24
learning_rate = 0.1


def evaluate(x, y):
    """Return the loss of some rows and the outputs for them; nothing is updated."""
    n = len(x)
    z1 = x @ W1 + b1
    a1 = z1
    error = a1 - y
    L = 1 / n * np.sum(error**2)
    return float(L), a1


losses = []
for epoch in range(1, epochs + 1):
    order = np.arange(len(inputs))
    total = 0.0
    for start in range(0, 24, batch_size):
        rows = order[start : start + batch_size]
        x, y, n = inputs[rows], targets[rows], len(rows)

        # Forward pass
        z1 = x @ W1 + b1
        a1 = z1

        # Error and loss
        error = a1 - y
        L = 1 / n * np.sum(error**2)

        # Backward pass
        delta1 = 2 / n * error
        dW1 = x.T @ delta1
        db1 = np.sum(delta1, axis=0, keepdims=True)

        # Update
        W1 = W1 - learning_rate * dW1
        b1 = b1 - learning_rate * db1

        total += float(L)
    losses.append(total / 1)
    line = f"epoch {epoch}: loss {losses[-1]:.6f}"
    print(line)

loss, outputs = evaluate(inputs, targets)
print(f"all training rows: loss {loss:.6f}")
