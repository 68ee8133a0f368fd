import torch
from torch import nn

torch.manual_seed(12)
X = torch.randn(16, 2)
y = X[:, :1] + 1
model = nn.Sequential(nn.Linear(2, 4), nn.Linear(4, 1))
criterion = nn.MSELoss(reduction="sum")
optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
for epoch in range(1000):
    for i in range(0, 16, 8):
        optimizer.zero_grad()
        loss = criterion(model(X[i:i + 8]), y[i:i + 8])
        loss.backward()
        optimizer.step()
with torch.no_grad():
    print(criterion(model(X), y))
