import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(1)
x = torch.rand(24, 2)
y = 3 * x[:, :1] - x[:, 1:] + 0.5
loader = DataLoader(TensorDataset(x, y), batch_size=8, shuffle=True)
net = nn.Sequential(nn.Linear(2, 6), nn.Linear(6, 1))
fast = torch.compile(net)
criterion = nn.MSELoss()
sgd = torch.optim.SGD(net.parameters(), lr=0.05)

for epoch in range(1000):
    for xb, yb in loader:

        def closure():
            sgd.zero_grad()
            loss = criterion(fast(xb), yb)
            loss.backward()
            return loss

        loss = sgd.step(closure)
    if epoch % 200 == 0:
        print(epoch, float(loss))

net.eval()
with torch.inference_mode():
    print("MSE", criterion(fast(x), y).item())
