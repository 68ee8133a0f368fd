import torch
from torch import nn

torch.manual_seed(7)
x = torch.randn(20, 2)
y = x.prod(dim=1, keepdim=True)
net = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))
sgd = torch.optim.SGD(net.parameters(), lr=0.05)
mse = nn.MSELoss()
for epoch in range(1, 1000):
    for start in range(0, 20, 8):
        sgd.zero_grad()
        mse(net(x[start:start + 8]), y[start:start + 8]).backward()
        sgd.step()
with torch.no_grad():
    print(mse(net(x), y))
