import torch

torch.manual_seed(1)
N = 20
x = torch.linspace(-1, 1, N).view(-1, 1)
y = 3 * x + 0.5 + 0.1 * torch.randn(N, 1)

fc1 = torch.nn.Linear(1, 6)
fc2 = torch.nn.Linear(6, 1)
params = list(fc1.parameters()) + list(fc2.parameters())
opt = torch.optim.SGD(params, lr=0.05)
lossf = torch.nn.MSELoss()

for epoch in range(1, 1001):
    perm = torch.randperm(N)
    for i in range(0, N, 8):
        idx = perm[i:i + 8]
        out = fc2(torch.tanh(fc1(x[idx])))
        loss = lossf(out, y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch % 200 == 0:
        print(epoch, float(loss.detach()))

with torch.no_grad():
    print("MSE", lossf(fc2(torch.tanh(fc1(x))), y).item())
