import torch
import torch.nn as nn
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(42)
X, y = load_diabetes(return_X_y=True)
X = StandardScaler().fit_transform(X[:20])
y = y[:20] / 100

X = torch.FloatTensor(X)
y = torch.FloatTensor(y)
loader = DataLoader(TensorDataset(X, y), batch_size=8, shuffle=True)

model = nn.Sequential(nn.Linear(10, 8), nn.ReLU(), nn.Linear(8, 1))
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(1000):
    for xb, yb in loader:
        optimizer.zero_grad()
        pred = model(xb)
        loss = criterion(pred, yb)
        loss.backward()
        optimizer.step()
    if epoch % 250 == 0:
        print(epoch, loss.item())

with torch.no_grad():
    print(model(X[:5]), y[:5])
