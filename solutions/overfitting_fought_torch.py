# Network 4-32-1, trained in PyTorch. The initial weights are drawn as float32 and made double: the rest
# is in float64.
# Task: Overfitting, fought

import numpy as np
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

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

# The last 20 rows are for validation.
inputs, validation_inputs = inputs[:40], inputs[40:]
targets, validation_targets = targets[:40], targets[40:]

# Each column gets mean 0 and standard deviation 1, by the rows that are trained on.
mean, deviation = inputs.mean(axis=0), inputs.std(axis=0)
inputs = (inputs - mean) / deviation
validation_inputs = (validation_inputs - mean) / deviation

inputs, targets = torch.tensor(inputs), torch.tensor(targets)
validation_inputs, validation_targets = torch.tensor(validation_inputs), torch.tensor(validation_targets)


class Dropout(nn.Dropout):
    """Dropout by masks that are the same on every machine; those of nn.Dropout itself are not."""

    def forward(self, a):
        if not self.training:
            return a
        return a * torch.from_numpy(masks.random(tuple(a.shape)) >= self.p) / (1 - self.p)


torch.manual_seed(42)
model = nn.Sequential(
    nn.Linear(4, 32),
    nn.ReLU(),
    Dropout(0.3),
    nn.Linear(32, 1),
)
model.double()

loader = DataLoader(TensorDataset(inputs, targets), batch_size=8, shuffle=True)
criterion = nn.BCEWithLogitsLoss()
optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=0.02)


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
    return ((outputs >= 0) == (y >= 0.5)).sum().item()


losses, validation_losses = [], []
best, best_epoch = float("inf"), 0
update = 0
for epoch in range(1, 200 + 1):
    total, correct = 0.0, 0
    for x, y in loader:
        update += 1
        masks = np.random.Generator(np.random.Philox(key=42, counter=[0, 0, 0, update]))
        optimizer.zero_grad()
        outputs = model(x)
        loss = criterion(outputs, y)
        loss.backward()
        optimizer.step()

        total += loss.item()
        correct += right(outputs, y)
    losses.append(total / len(loader))
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
