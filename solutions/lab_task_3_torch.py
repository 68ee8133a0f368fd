# A 3-2-1 network in PyTorch: autograd for the backward pass, torch.optim.SGD for the update.
# Names count layers: z1, delta1 and W1 belong to the first one. Weights are printed as (inputs, units), the
# transpose of PyTorch's own (units, inputs).
# Task: Laboratory Task 3

import torch

torch.set_default_dtype(torch.float64)

x = torch.tensor([[1.0, 0.0, 1.0]], requires_grad=True)
y = torch.tensor([[1.0]])
fc1 = torch.nn.Linear(3, 2, bias=True)
fc2 = torch.nn.Linear(2, 1, bias=True)
with torch.no_grad():
    fc1.weight.copy_(torch.tensor([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]]).T)
    fc1.bias.copy_(torch.tensor([[-0.4, 0.2]][0]))
    fc2.weight.copy_(torch.tensor([[-0.3], [-0.2]]).T)
    fc2.bias.copy_(torch.tensor([[0.1]][0]))
trained = [fc1.weight, fc1.bias, fc2.weight, fc2.bias]
optimizer = torch.optim.SGD(
    trained,
    lr=0.001,
    momentum=0.0,
    dampening=0.0,
    weight_decay=0.0,
    nesterov=False,
)


def show(name, value):
    rounded = value.detach().reshape(-1, value.shape[-1] if value.dim() else 1).round(decimals=12)
    print(f"{name} = {(rounded + 0.0).tolist()}")


# Forward pass
z1 = fc1(x)
z1.retain_grad()
a1 = torch.relu(z1)
z2 = fc2(a1)
z2.retain_grad()
a2 = torch.relu(z2)

# Error and loss
error = a2 - y
L = (error**2).sum() / 2

# Backward pass
L.backward()

# Update
optimizer.step()

show("z1", z1)
show("a1", a1)
show("z2", z2)
show("a2", a2)
show("error", error)
show("L", L)
show("delta2", z2.grad)
show("dW2", fc2.weight.grad.T)
show("db2", fc2.bias.grad)
show("delta1", z1.grad)
show("dW1", fc1.weight.grad.T)
show("db1", fc1.bias.grad)
show("dx", x.grad)
show("W1_new", fc1.weight.T)
show("b1_new", fc1.bias)
show("W2_new", fc2.weight.T)
show("b2_new", fc2.bias)
