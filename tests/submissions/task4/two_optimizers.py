import torch
from torch import nn

torch.manual_seed(3)
X = torch.randn(24, 3)
y = X @ torch.tensor([[1.0], [-2.0], [0.5]]) + 1
hidden = nn.Linear(3, 6)
output = nn.Linear(6, 1)
opt_hidden = torch.optim.SGD(hidden.parameters(), lr=0.01, momentum=0.5)
opt_output = torch.optim.SGD(output.parameters(), lr=0.02)
for epoch in range(1000):
    for i in range(0, 24, 8):
        loss = ((output(torch.relu(hidden(X[i:i + 8]))) - y[i:i + 8]) ** 2).mean()
        opt_hidden.zero_grad()
        opt_output.zero_grad()
        loss.backward()
        opt_hidden.step()
        opt_output.step()
with torch.no_grad():
    print("MSE", ((output(torch.relu(hidden(X))) - y) ** 2).mean().item())
