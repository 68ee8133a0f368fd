# Network 64-128-64-10, trained in PyTorch. The initial weights are drawn as float32 and made double: the rest
# is in float64.
# Task: Handwritten digits

import numpy as np
from sklearn.datasets import load_digits
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

data = load_digits()
inputs = np.asarray(data.data, dtype=float)
targets = data.target

# The last 360 rows are for validation.
inputs, validation_inputs = inputs[:1437], inputs[1437:]
targets, validation_targets = targets[:1437], targets[1437:]

# Each column gets mean 0 and standard deviation 1, by the rows that are trained on.
mean, deviation = inputs.mean(axis=0), inputs.std(axis=0)
deviation[inputs.min(axis=0) == inputs.max(axis=0)] = 1  # a column that is constant becomes 0
inputs = (inputs - mean) / deviation
validation_inputs = (validation_inputs - mean) / deviation

inputs, targets = torch.tensor(inputs), torch.tensor(targets)
validation_inputs, validation_targets = torch.tensor(validation_inputs), torch.tensor(validation_targets)

torch.manual_seed(42)
model = nn.Sequential(
    nn.Linear(64, 128),
    nn.ReLU(),
    nn.Linear(128, 64),
    nn.ReLU(),
    nn.Linear(64, 10),
)
model.double()

loader = DataLoader(TensorDataset(inputs, targets), batch_size=32, shuffle=True)
criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(model.parameters(), lr=0.05)


def evaluate(x, y):
    """Return the loss of some rows and the outputs for them, without gradients."""
    model.eval()
    with torch.no_grad():
        outputs = model(x)
        loss = criterion(outputs, y).item()
    model.train()
    return loss, outputs


def right(outputs, y):
    """Return how many rows are put into the right class."""
    return (outputs.argmax(dim=1) == y).sum().item()


losses, validation_losses = [], []
for epoch in range(1, 10 + 1):
    total, correct = 0.0, 0
    for x, y in loader:
        optimizer.zero_grad()
        outputs = model(x)
        loss = criterion(outputs, y)
        loss.backward()
        optimizer.step()

        total += loss.item()
        correct += right(outputs, y)
    losses.append(total / len(loader))
    line = f"epoch {epoch}: loss {losses[-1]:.6f}, accuracy {correct / 1437:.4f}"
    loss, outputs = evaluate(validation_inputs, validation_targets)
    validation_losses.append(loss)
    line += f", validation loss {loss:.6f}"
    line += f", validation accuracy {right(outputs, validation_targets) / len(outputs):.4f}"
    print(line)

loss, outputs = evaluate(inputs, targets)
print(f"all training rows: loss {loss:.6f}, accuracy {right(outputs, targets) / len(outputs):.4f}")
