import torch
from torch import nn

torch.manual_seed(6)
X = torch.randn(16, 3)
y = X.sum(1, keepdim=True)
model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
opt = torch.optim.SGD(model.parameters(), lr=0.05)
loss_fn = nn.MSELoss()
for epoch in range(1000):
    for i in range(0, len(X), 8):
        opt.zero_grad()
        loss = loss_fn(model(X[i:i+8]), y[i:i+8])
        loss.backward()
        opt.step()
with torch.no_grad():
    predictions = model(X)
print("done")
print(prediction.shape)
