import torch
from torch import nn

torch.manual_seed(4)
X = torch.randn(16, 6)
Y = X[:, :1] * 2 - X[:, 1:2]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 16)
        self.drop = nn.Dropout(0.1)
        self.b = nn.Linear(16, 1)

    def forward(self, x):
        return self.b(self.drop(torch.relu(self.a(x))))


m = Model()
o = torch.optim.SGD(m.parameters(), lr=0.02, weight_decay=1e-4)
c = nn.MSELoss()
for ep in range(1000):
    for i in range(0, 16, 8):
        o.zero_grad()
        l = c(m(X[i:i + 8]), Y[i:i + 8])
        l.backward()
        o.step()
m.eval()
with torch.no_grad():
    print(c(m(X), Y))
