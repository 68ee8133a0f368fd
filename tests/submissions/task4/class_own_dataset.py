"""Lab 4, two fully connected layers on make_regression."""
import numpy as np
import torch
from sklearn.datasets import make_regression
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset


class RegressionData(Dataset):
    def __init__(self, n=20):
        x, y = make_regression(n_samples=n, n_features=4, noise=5.0, random_state=7)
        self.x = torch.from_numpy(x.astype(np.float32))
        self.y = torch.from_numpy((y / y.std()).astype(np.float32)).unsqueeze(1)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


class Net(nn.Module):
    def __init__(self, n_in, n_hidden):
        super().__init__()
        self.fc1 = nn.Linear(n_in, n_hidden)
        self.fc2 = nn.Linear(n_hidden, 1)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x)))


def train(model, loader, n_epochs, lr):
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    mse = nn.MSELoss()
    history = []
    for _ in range(n_epochs):
        total = 0.0
        for x, y in loader:
            pred = model(x)
            loss = mse(pred, y)
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(x)
        history.append(total / len(loader.dataset))
    return history


def main():
    torch.manual_seed(0)
    data = RegressionData()
    net = Net(4, 8)
    history = train(net, DataLoader(data, batch_size=8, shuffle=True), n_epochs=1000, lr=0.01)
    net.eval()
    with torch.no_grad():
        mse = F.mse_loss(net(data.x), data.y).item()
    print("first", history[0], "last", history[-1], "final mse", mse)


if __name__ == "__main__":
    main()
