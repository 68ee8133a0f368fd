import torch
import torch.nn as nn
import torch.nn.functional as F

net = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 3))
net[0].weight.data = torch.tensor([[0.5, 0.1], [-0.2, 0.3]])
net[0].bias.data = torch.tensor([0.1, 0.2])
net[2].weight.data = torch.tensor([[0.4, -0.2], [-0.3, 0.5], [0.1, 0.3]])
net[2].bias.data = torch.tensor([0.1, -0.1, 0.2])

X = torch.tensor([[1., 1.], [-1., 1.]])
y = torch.tensor([0, 2])
z1 = net[0](X)
a1 = net[1](z1)
logits = net[2](a1)
loss = F.cross_entropy(logits, y)
loss.backward()
print(f"loss {loss.item():.4f}")
with torch.no_grad():
    for name, p in net.named_parameters():
        g = p.grad
        p_new = p - 0.1 * g
        print(name, g, p_new)
