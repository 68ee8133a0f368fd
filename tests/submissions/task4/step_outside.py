import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(2)
X = torch.rand(16, 2)
y = X[:, :1] * 3 - X[:, 1:]
loader = DataLoader(TensorDataset(X, y), batch_size=8, shuffle=True)
model = nn.Sequential(nn.Linear(2, 6), nn.ReLU(), nn.Linear(6, 1))
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for epoch in range(1000):
    optimizer.zero_grad()
    for xb, yb in loader:
        loss = criterion(model(xb), yb)
        loss.backward()
    optimizer.step()

with torch.no_grad():
    print(criterion(model(X), y).item())
