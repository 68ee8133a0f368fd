import torch
import torch.nn as nn

torch.manual_seed(3)
x = torch.randn(32, 3)
y = x.sum(dim=1, keepdim=True) + 1


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(3, 5)
        self.head = nn.Linear(5, 1)

    def forward(self, x):
        return self.head(torch.tanh(self.body(x)))


net = Net()
groups = [{"params": net.body.parameters()}, {"params": net.head.parameters(), "lr": 0.02, "momentum": 0.5}]
optimizer = torch.optim.SGD(groups, lr=0.01)
mse = nn.MSELoss()
for epoch in range(1, 1001):
    for i in range(0, len(x), 8):
        optimizer.zero_grad()
        mse(net(x[i : i + 8]), y[i : i + 8]).backward()
        optimizer.step()
    if epoch % 50 == 0:
        with torch.no_grad():
            print(epoch, mse(net(x), y).item())
