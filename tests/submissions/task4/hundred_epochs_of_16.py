import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(7)
x = torch.randn(64, 2)
y = x[:, :1] - x[:, 1:]
net = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.01)
mse = nn.MSELoss()
for epoch in range(100):
    for a, b in DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True):
        opt.zero_grad()
        mse(net(a), b).backward()
        opt.step()
with torch.no_grad():
    print(mse(net(x), y))
