import torch
from torch import nn

torch.manual_seed(3)
X = torch.randn(16, 2)
y = X.sum(dim=1, keepdim=True)
model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.0001)

loss = criterion(model(X[:8]), y[:8])
optimizer.zero_grad()
loss.backward()
for epoch in range(1000):
    for i in range(0, 16, 8):
        loss = criterion(model(X[i:i + 8]), y[i:i + 8])
        optimizer.step()

with torch.no_grad():
    print(criterion(model(X), y).item())
