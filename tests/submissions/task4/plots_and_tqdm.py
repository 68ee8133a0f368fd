import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn

np.random.seed(0)
torch.manual_seed(0)
x = np.random.uniform(-2, 2, (28, 1)).astype("float32")
y = (x ** 2 + 0.1 * np.random.randn(28, 1)).astype("float32")
x_t, y_t = torch.from_numpy(x), torch.from_numpy(y)
split = 20
ds = torch.utils.data.TensorDataset(x_t[:split], y_t[:split])
train_loader = torch.utils.data.DataLoader(ds, batch_size=8, shuffle=True)

model = nn.Sequential()
model.add_module("first", nn.Linear(1, 12))
model.add_module("act", nn.ReLU())
model.add_module("second", nn.Linear(12, 1))
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.02)

train_losses, val_losses = [], []
for epoch in range(1000):
    model.train()
    running = 0
    for batch in train_loader:
        inputs, labels = batch
        optimizer.zero_grad()
        outputs = model(inputs)
        loss = criterion(outputs, labels)
        loss.backward()
        optimizer.step()
        running += loss.item()
    train_losses.append(running / len(train_loader))
    model.eval()
    with torch.no_grad():
        val_losses.append(criterion(model(x_t[split:]), y_t[split:]).item())

plt.figure(figsize=(6, 4))
plt.plot(train_losses, label="train")
plt.plot(val_losses, label="validation")
plt.legend()
plt.savefig("losses.png")
plt.show()

with torch.no_grad():
    plt.scatter(x, y)
    plt.scatter(x, model(x_t).numpy(), c="r")
    plt.show()
