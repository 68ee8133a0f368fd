import torch
from sklearn.datasets import load_diabetes
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(8)
X, y = load_diabetes(return_X_y=True, scaled=False)
X, y = X[:29], y[:29]
X = (X - X.mean(axis=0)) / X.std(axis=0)
y = (y - y.mean()) / y.std()
ds = TensorDataset(torch.tensor(X).float(), torch.tensor(y).float())
loader = DataLoader(ds, batch_size=8, shuffle=True, drop_last=True)


class LinReg(torch.nn.Module):
    def __init__(self, d, h=20):
        super().__init__()
        self.net = torch.nn.Sequential(torch.nn.Linear(d, h), torch.nn.Linear(h, 1))

    def forward(self, x):
        return self.net(x).squeeze(-1)


model = LinReg(X.shape[1])
criterion = torch.nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
for epoch in range(1000):
    for x_batch, y_batch in loader:
        optimizer.zero_grad()
        y_hat = model(x_batch)
        loss = criterion(y_hat, y_batch)
        loss.backward()
        optimizer.step()

with torch.no_grad():
    full = model(ds.tensors[0])
    print("train mse", criterion(full, ds.tensors[1]).item())
