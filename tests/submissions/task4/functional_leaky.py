import torch
import torch.nn.functional as F

torch.manual_seed(5)
X = torch.rand(16, 2) * 10
y = (X[:, 0] - 0.5 * X[:, 1]).view(-1, 1)
X = X / 10

class TwoLayers(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = torch.nn.Linear(2, 10)
        self.out = torch.nn.Linear(10, 1)

    def forward(self, v):
        h = self.hidden(v)
        h = F.leaky_relu(h, 0.05)
        return self.out(h)

model = TwoLayers()
opt = torch.optim.SGD(model.parameters(), lr=0.01)
losses = []
num_epochs, bs = 1000, 8
for e in range(num_epochs):
    for start in range(0, X.shape[0], bs):
        batch_x, batch_y = X[start:start + bs], y[start:start + bs]
        opt.zero_grad(set_to_none=True)
        loss = F.mse_loss(model(batch_x), batch_y)
        loss.backward()
        opt.step()
    losses.append(loss.item())
print("first and last loss", losses[0], losses[-1])
model.eval()
with torch.no_grad():
    y_hat = model(X)
print("mean abs err", (y_hat - y).abs().mean())
