import torch
import torch.nn as nn
import torch.optim as optim

torch.set_printoptions(precision=6)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(3, 2)
        self.out = nn.Linear(2, 1)
        with torch.no_grad():
            self.hidden.weight.copy_(torch.tensor([[0.2, 0.4, -0.5], [-0.3, 0.1, 0.2]]))
            self.hidden.bias.copy_(torch.tensor([-0.4, 0.2]))
            self.out.weight.copy_(torch.tensor([[-0.3, -0.2]]))
            self.out.bias.copy_(torch.tensor([0.1]))

    def forward(self, x):
        z1 = self.hidden(x)
        h = torch.relu(z1)
        z2 = self.out(h)
        return torch.relu(z2)


x = torch.tensor([1.0, 0.0, 1.0])
y = torch.tensor([1.0])
net = Net()
opt = optim.SGD(net.parameters(), lr=0.001)
pred = net(x)
error = pred - y
loss = 0.5 * error.pow(2).sum()
opt.zero_grad()
loss.backward()
grads = {name: p.grad.clone() for name, p in net.named_parameters()}
opt.step()
after = {name: p.detach().clone() for name, p in net.named_parameters()}
for name in grads:
    print(name, grads[name], after[name])
