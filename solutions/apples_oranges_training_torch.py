# Network 3-2, trained in PyTorch. The initial weights are drawn as float32 and made double: the rest
# is in float64.
# Task: Apples and oranges, trained

import numpy as np
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

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

inputs, targets = torch.tensor(inputs), torch.tensor(targets)

torch.manual_seed(42)
model = nn.Sequential(
    nn.Linear(3, 2),
)
model.double()

loader = DataLoader(TensorDataset(inputs, targets), batch_size=3, shuffle=True)
criterion = nn.MSELoss()
optimizer = optim.SGD(model.parameters(), lr=0.0001, momentum=0.9)


def evaluate(x, y):
    """Return the loss of some rows and the outputs for them, without gradients."""
    model.eval()
    with torch.no_grad():
        outputs = model(x)
        loss = criterion(outputs, y).item()
    model.train()
    return loss, outputs


losses = []
for epoch in range(1, 100 + 1):
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        outputs = model(x)
        loss = criterion(outputs, y)
        loss.backward()
        optimizer.step()

        total += loss.item()
    losses.append(total / len(loader))
    line = f"epoch {epoch}: loss {losses[-1]:.6f}"
    if epoch == 1 or epoch % 10 == 0:
        print(line)

loss, outputs = evaluate(inputs, targets)
print(f"all training rows: loss {loss:.6f}")
