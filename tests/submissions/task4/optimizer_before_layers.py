import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(4, 4)
        self.fc2 = nn.Linear(4, 1)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


torch.manual_seed(0)
X = torch.randn(16, 4)
y = X.mean(dim=1, keepdim=True) * 3
loader = DataLoader(TensorDataset(X, y), batch_size=8, shuffle=True)
model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
criterion = nn.MSELoss()

# more hidden units work better
model.fc1 = nn.Linear(4, 16)
model.fc2 = nn.Linear(16, 1)

for epoch in range(1000):
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()

with torch.no_grad():
    print(criterion(model(X), y).item())
