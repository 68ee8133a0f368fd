import torch
from sklearn.datasets import load_linnerud
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
X, Y = load_linnerud(return_X_y=True)
X = torch.tensor(X, dtype=torch.float)
Y = torch.tensor(Y, dtype=torch.float)
X = (X - X.mean(0)) / X.std(0)
Y = (Y - Y.mean(0)) / Y.std(0)
dl = DataLoader(TensorDataset(X, Y), 8, shuffle=True)

model = torch.nn.Sequential(torch.nn.Linear(3, 6), torch.nn.Linear(6, 3))
loss_fn = torch.nn.MSELoss()
opt = torch.optim.SGD(model.parameters(), lr=1e-2)

for epoch in range(1000):
    for x, y in dl:
        opt.zero_grad()
        loss_fn(model(x), y).backward()
        opt.step()

with torch.inference_mode():
    print(loss_fn(model(X), Y))
