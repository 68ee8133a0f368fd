import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(11)
X = torch.randn(30, 2)
y = X.sum(dim=1, keepdim=True) - 0.5
loader = DataLoader(TensorDataset(X[:20], y[:20]), batch_size=8, shuffle=True)
net = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
criterion = nn.MSELoss()
opt = torch.optim.SGD(net.parameters(), lr=0.01)
for epoch in range(1000):
    if epoch % 100 == 0:
        net.eval()
        with torch.no_grad():
            print(epoch, criterion(net(X[20:]), y[20:]).item())
        net.train()
    for xb, yb in loader:
        opt.zero_grad()
        criterion(net(xb), yb).backward()
        opt.step()
