import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(5)
x = torch.rand(36, 4)
y = x @ torch.tensor([[1.0], [-2.0], [0.5], [3.0]]) + 0.2 * torch.randn(36, 1)
loader = DataLoader(TensorDataset(x, y), batch_size=8, shuffle=True)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
mse = nn.MSELoss()

for epoch in range(1000):
    for inputs, targets in loader:
        optimizer.zero_grad()
        rmse = torch.sqrt(mse(model(inputs), targets))
        rmse.backward()
        optimizer.step()

model.eval()
with torch.no_grad():
    print("RMSE", torch.sqrt(mse(model(x), y)).item())
