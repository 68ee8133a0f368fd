import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Regressor(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(3, 3)
        self.out = nn.Linear(3, 1)

    def forward(self, x):
        h = torch.relu(self.hidden(x))
        return self.out(x)


torch.manual_seed(0)
X = torch.randn(16, 3)
y = X.sum(1, keepdim=True) + 1
loader = DataLoader(TensorDataset(X, y), batch_size=8, shuffle=True)
model = Regressor()
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(1000):
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
with torch.no_grad():
    print(criterion(model(X), y))
