import torch
import torch.nn as nn
from sklearn.datasets import make_regression

torch.manual_seed(0)
X, y = make_regression(n_samples=30, n_features=2, noise=0.1, random_state=1)
X = torch.tensor(X, dtype=torch.float32)
y = torch.tensor(y, dtype=torch.float32).reshape(-1, 1) / 50
batch_size = 8
model = nn.Sequential(nn.Linear(2, 10), nn.ReLU(), nn.Linear(10, 1))
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(1000):
    y_pred = model(X)
    loss = criterion(y_pred, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 100 == 99:
        print(epoch + 1, loss.item())
model.eval()
with torch.no_grad():
    print(model(X)[:5])
