import torch
from torch import nn

torch.manual_seed(5)
X = torch.randn(24, 3)
y = torch.zeros(24, 1)
model = nn.Sequential(nn.Linear(3, 6), nn.ReLU(), nn.Linear(6, 1))
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(1000):
    for i in range(0, 24, 8):
        optimizer.zero_grad()
        loss = criterion(model(X[i:i + 8]), y[i:i + 8])
        loss.backward()
        optimizer.step()
model.eval()
with torch.no_grad():
    print(criterion(model(X), y).item())
