# A 6-4-1 network in PyTorch: autograd for the backward pass, torch.optim.SGD for the update.
# Names count layers: z1, delta1 and W1 belong to the first one. Weights are printed as (inputs, units), the
# transpose of PyTorch's own (units, inputs).
# Task: Binary classification: the forward pass

import torch

torch.set_default_dtype(torch.float64)

x = torch.tensor([[-0.4421, 1.5207, 2.0607, -0.3647, 0.4691, 0.0946], [-0.9155, -0.0475, -1.3645, 0.6336, -1.952, -0.3398], [0.7406, 1.6763, -0.8511, 0.2432, 0.1123, -0.0633], [-1.663, -0.0718, -0.1285, 0.5396, -0.0288, -0.8622], [-0.7413, 1.792, -0.0883, -0.6685, 0.4745, -0.4245]])
y = torch.tensor([[1.0], [0.0], [1.0], [0.0], [0.0]])
fc1 = torch.nn.Linear(6, 4, bias=True)
fc2 = torch.nn.Linear(4, 1, bias=True)
with torch.no_grad():
    fc1.weight.copy_(torch.tensor([[0.31, -0.2, 0.3, -0.19], [0.34, 0.24, 0.06, 0.1], [-0.1, 0.36, 0.2, -0.19], [0.38, -0.3, -0.06, -0.05], [-0.09, 0.35, 0.31, -0.17], [0.08, 0.08, 0.06, 0.27]]).T)
    fc1.bias.copy_(torch.tensor([[-0.32, -0.19, -0.12, -0.25]][0]))
    fc2.weight.copy_(torch.tensor([[0.05], [-0.49], [0.45], [-0.42]]).T)
    fc2.bias.copy_(torch.tensor([[0.39]][0]))


def show(name, value):
    rounded = value.detach().reshape(-1, value.shape[-1] if value.dim() else 1).round(decimals=12)
    print(f"{name} = {(rounded + 0.0).tolist()}")


# Forward pass
z1 = fc1(x)
a1 = z1
z2 = fc2(a1)
a2 = torch.sigmoid(z2)

# Error and loss
error = a2 - y
L = torch.nn.functional.binary_cross_entropy_with_logits(z2, y, reduction="sum") / 5

show("z1", z1)
show("a1", a1)
show("z2", z2)
show("a2", a2)
show("error", error)
show("L", L)
