import torch
from torch import nn, optim

class LabNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(3, 2)
        self.output = nn.Linear(2, 1)
        self.hidden.weight.data = torch.tensor([[0.2, 0.4, -0.5], [-0.3, 0.1, 0.2]])
        self.hidden.bias.data = torch.tensor([-0.4, 0.2])
        self.output.weight.data = torch.tensor([[-0.3, -0.2]])
        self.output.bias.data = torch.tensor([0.1])

    def forward(self, x):
        self.z1 = self.hidden(x)
        self.h = torch.relu(self.z1)
        self.z2 = self.output(self.h)
        return torch.relu(self.z2)

model = LabNet()
criterion = nn.MSELoss()
optimizer = optim.SGD(model.parameters(), lr=0.001)
x = torch.tensor([[1.0, 0.0, 1.0]])
y = torch.tensor([[1.0]])
optimizer.zero_grad()
y_pred = model(x)
error = y_pred - y
loss = criterion(y_pred, y)
loss.backward()
optimizer.step()
for name, p in model.named_parameters():
    print(name, p.data, p.grad)
print(loss.item())
