import numpy as np
import torch
import torch.nn as nn

rng = np.random.default_rng(3)
torch.manual_seed(3)
torch.set_default_dtype(torch.float64)

features = rng.normal(size=(24, 3))
targets = features @ np.array([[1.5], [-2.0], [0.7]]) + 4 + 0.2 * rng.normal(size=(24, 1))

net = nn.Sequential(nn.Linear(3, 5), nn.Sigmoid(), nn.Linear(5, 1))
sgd = torch.optim.SGD(net.parameters(), lr=0.1)
criterion = nn.MSELoss()
batch_size = 8
n_batches = len(features) // batch_size

for epoch in range(1000):
    order = rng.permutation(len(features))
    for b in range(n_batches):
        rows = order[b * batch_size:(b + 1) * batch_size]
        xb = torch.tensor(features[rows])
        yb = torch.tensor(targets[rows])
        sgd.zero_grad()
        error = criterion(net(xb), yb)
        error.backward()
        sgd.step()

with torch.no_grad():
    residual = torch.tensor(targets) - net(torch.tensor(features))
print("R2:", 1 - (residual ** 2).sum().item() / ((targets - targets.mean()) ** 2).sum())
