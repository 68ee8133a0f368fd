import torch
import torch.nn as nn
from sklearn.datasets import load_diabetes
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(42)
X, y = load_diabetes(return_X_y=True, scaled=False)
X, y = torch.tensor(X[:16]).float(), torch.tensor(y[:16]).float().view(-1, 1)
loader = DataLoader(TensorDataset(X, y), batch_size=8, shuffle=True)
model = nn.Sequential(nn.Linear(10, 8), nn.Linear(8, 1))
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(1000):
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
    if epoch % 500 == 0:
        print(epoch, loss.item())
with torch.no_grad():
    print(criterion(model(X), y))
