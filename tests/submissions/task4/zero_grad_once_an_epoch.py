import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
X = torch.randn(16, 3)
y = X @ torch.tensor([[0.5], [1.0], [-1.0]]) + 1
train_loader = DataLoader(TensorDataset(X, y), batch_size=8)
net = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1))
loss_fn = nn.MSELoss()
optim = torch.optim.SGD(net.parameters(), lr=0.001)

for epoch in range(1000):
    optim.zero_grad()
    for xb, yb in train_loader:
        loss = loss_fn(net(xb), yb)
        loss.backward()
        optim.step()

with torch.no_grad():
    print("Final loss", loss_fn(net(X), y).item())
