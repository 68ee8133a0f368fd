import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
X = torch.randn(16, 2)
y = X[:, :1] * 2 + X[:, 1:] - 1
loader = DataLoader(TensorDataset(X, y), batch_size=8, shuffle=True)
criterion = nn.MSELoss()


def make_model():
    return nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))


def train(lr, epochs=1000):
    model = make_model()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        for xb, yb in loader:
            optimizer.zero_grad()
            loss = criterion(model(xb), yb)
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        return criterion(model(X), y).item()


for lr in (0.001, 0.01):
    print(lr, train(lr))
