import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(16, 3)
y = X.sum(1, keepdim=True) + 1
model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1))
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(1000):
    for i in range(0, 16, 8):
        loss = criterion(model(X[i:i + 8]), y[i:i + 8])
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
with torch.no_grad():
    print(criterion(model(X), y))
