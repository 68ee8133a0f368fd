import torch
from torch import nn

torch.manual_seed(2)
data_x = torch.randn(16, 2)
data_y = data_x.sum(dim=1, keepdim=True) ** 2 / 4
l1, l2 = nn.Linear(2, 9), nn.Linear(9, 1)
opt = torch.optim.SGD([*l1.parameters(), *l2.parameters()], lr=0.03)

for _ in range(1000):
    for k in range(2):
        xb = data_x[8 * k: 8 * k + 8]
        yb = data_y[8 * k: 8 * k + 8]
        y_pred = l2(l1(xb).relu())
        loss = ((y_pred - yb) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()

with torch.no_grad():
    print(((l2(l1(data_x).relu()) - data_y) ** 2).mean().item())
