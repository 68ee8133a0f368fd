import csv

import torch
from torch import nn, optim

rows = [
    ("temp", "rainfall", "humidity", "apples"),
    (73, 67, 43, 56), (91, 88, 64, 81), (87, 134, 58, 119), (102, 43, 37, 22), (69, 96, 70, 103),
    (74, 66, 43, 57), (91, 87, 65, 80), (88, 134, 59, 118), (101, 44, 37, 21), (68, 96, 71, 104),
    (73, 66, 44, 57), (92, 87, 64, 82), (87, 135, 57, 118), (103, 43, 36, 20), (68, 97, 70, 102),
]
with open("yields.csv", "w", newline="") as f:
    csv.writer(f).writerows(rows)

with open("yields.csv") as f:
    reader = csv.reader(f)
    header = next(reader)
    table = [[float(v) for v in line] for line in reader]

t = torch.tensor(table)
inputs, targets = t[:, :3], t[:, 3:]
inputs = (inputs - inputs.mean(dim=0)) / inputs.std(dim=0)
targets = (targets - targets.mean()) / targets.std()

torch.manual_seed(10)
train_dl = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(inputs, targets), batch_size=8, shuffle=True)


class Yield(nn.Module):
    def __init__(self):
        super(Yield, self).__init__()
        self.layers = nn.ModuleList([nn.Linear(3, 4), nn.Linear(4, 1)])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


model = Yield()
opt = optim.SGD(model.parameters(), lr=0.005)


def fit(num_epochs, model, loss_fn, opt):
    for epoch in range(num_epochs):
        for xb, yb in train_dl:
            pred = model(xb)
            loss = loss_fn(pred, yb)
            loss.backward()
            opt.step()
            opt.zero_grad()
        if (epoch + 1) % 100 == 0:
            print('Epoch [{}/{}], Loss: {:.4f}'.format(epoch + 1, num_epochs, loss.item()))


fit(1000, model, nn.functional.mse_loss, opt)

with torch.no_grad():
    preds = model(inputs)
    print(nn.functional.mse_loss(preds, targets).item())
