import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_iris

torch.manual_seed(0)
X, y = load_iris(return_X_y=True)
X, y = torch.tensor(X[::5], dtype=torch.float32), torch.tensor(y[::5])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Linear(4, 8)
        self.two = nn.Linear(8, 3)

    def forward(self, x):
        return F.log_softmax(self.two(torch.sigmoid(self.one(x))), dim=1)


net = Net()
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(100):
    for rows in torch.randperm(len(X)).split(8):
        opt.zero_grad()
        F.nll_loss(net(X[rows]), y[rows]).backward()
        opt.step()
net.eval()
with torch.no_grad():
    print((net(X).argmax(dim=1) == y).sum().item(), "of", len(X))
