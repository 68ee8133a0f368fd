# Network 3-4-1, trained in PyTorch. The initial weights are drawn as float32 and made double: the rest
# is in float64.
# Task: Fine-tuning with a frozen layer

import numpy as np
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

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

inputs, targets = torch.tensor(inputs), torch.tensor(targets)
validation_inputs, validation_targets = torch.tensor(validation_inputs), torch.tensor(validation_targets)

torch.manual_seed(42)
model = nn.Sequential(
    nn.Linear(3, 4),
    nn.Linear(4, 1),
)
model.double()
with torch.no_grad():  # the task gives the initial parameters
    model[0].weight.copy_(torch.tensor([[0.3352, 0.5288, -0.277, -0.4992], [0.7445, -0.1206, 0.3226, 0.6861], [0.0536, 0.1183, 0.5047, 0.245]], dtype=torch.float64).T)
    model[0].bias.copy_(torch.tensor([[0.4167, 0.0814, 0.2685, -0.0961]], dtype=torch.float64)[0])
    model[1].weight.copy_(torch.tensor([[0.6058], [-0.0575], [0.1785], [0.5967]], dtype=torch.float64).T)
    model[1].bias.copy_(torch.tensor([[-0.2384]], dtype=torch.float64)[0])
model[0].weight.requires_grad = False
model[0].bias.requires_grad = False

loader = DataLoader(TensorDataset(inputs, targets), batch_size=5, shuffle=True)
criterion = nn.MSELoss()
optimizer = optim.SGD(model.parameters(), lr=0.0005)


def evaluate(x, y):
    """Return the loss of some rows and the outputs for them, without gradients."""
    model.eval()
    with torch.no_grad():
        outputs = model(x)
        loss = criterion(outputs, y).item()
    model.train()
    return loss, outputs


losses, validation_losses = [], []
for epoch in range(1, 1000 + 1):
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
    loss, outputs = evaluate(validation_inputs, validation_targets)
    validation_losses.append(loss)
    line += f", validation loss {loss:.6f}"
    if epoch == 1 or epoch % 100 == 0:
        print(line)

loss, outputs = evaluate(inputs, targets)
print(f"all training rows: loss {loss:.6f}")
