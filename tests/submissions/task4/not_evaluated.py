import torch
from torch import nn

torch.manual_seed(0)
X = torch.linspace(0, 1, 16).unsqueeze(1)
y = 2 * X - 1
model = nn.Sequential(nn.Linear(1, 4), nn.Linear(4, 1))
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for epoch in range(1000):
    for i in range(0, 16, 8):
        optimizer.zero_grad()
        loss = criterion(model(X[i:i + 8]), y[i:i + 8])
        loss.backward()
        optimizer.step()
    if epoch % 100 == 0:
        print(loss.item())
