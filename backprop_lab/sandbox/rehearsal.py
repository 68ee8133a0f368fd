"""Record small programs in the process that children are forked from: what they wear in, none of them has to.

Python adapts its code to what passes through it, NumPy prepares printing when it is first asked to, and PyTorch
imports much of what it needs when that is first needed.
"""

from __future__ import annotations

import ast
import os

from .channel import Channel
from .constants import literals
from .expressions import Plan
from .instrument import instrument
from .nodes import walk
from .observer import Observer
from .surroundings import BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TIMES = 12
PROGRAMS = {
    "numpy": """\
import numpy as np

np.random.seed(0)
x = np.array([1, 0, 1])
w = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
v, bias, rate = [0.5, -0.25], 0.1, 0.01


def relu(z, slope=0.5):
    return np.maximum(0, z) * slope


for step in range(2):
    h = relu(np.dot(x, w) + bias)
    total = sum(v[k] * h[k] for k in range(2))
    w = w - rate * np.outer(x, h * (1 - total))
    v[0] -= rate * total
    print("h:", h, f"{total:.4f}", np.round(w, 4))
""",
    # Without a backward pass, which would start threads: a process that has some cannot make namespaces.
    "torch": """\
import torch
from torch import nn
from torch.nn import functional

torch.manual_seed(0)
x = torch.tensor([[1.0, 0.0, 1.0]], requires_grad=True)
y = torch.tensor([[1.0]])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(3, 2)
        self.out = nn.Sequential(nn.ReLU(), nn.Linear(2, 1), nn.Sigmoid())
        with torch.no_grad():
            self.hidden.weight.copy_(torch.tensor([[0.2, 0.4, -0.5], [-0.3, 0.1, 0.2]]))
            self.hidden.bias.fill_(0.1)

    def forward(self, x):
        return self.out(self.hidden(x))


net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
weight = net.hidden.weight.detach().clone()
hidden = torch.relu(x @ weight.T + 0.1) * torch.sigmoid(torch.mm(x, weight.T))
prediction = net(x)
loss = nn.MSELoss()(prediction, y) + functional.mse_loss(prediction, y) + 0.5 * (prediction - y).pow(2).sum()
optimizer.zero_grad()
for name, parameter in net.named_parameters():
    parameter.grad = torch.zeros_like(parameter)
optimizer.step()
print("h:", hidden, f"{loss.item():.4f}", net, weight.numpy(), {name: p.grad for name, p in net.named_parameters()})
""",
}


def rehearse(modules: list[str]) -> None:
    """Record the programs that need no other modules a few times over, and leave nothing of them."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for name in modules:
            for _ in range(TIMES):
                recorded(PROGRAMS[name], nowhere)
    finally:
        os.close(nowhere)


def recorded(program: str, descriptor: int) -> None:
    """Record a program once, with its values going to a descriptor and what it prints nowhere."""
    plan, tree = Plan(), ast.parse(program)
    nodes = walk(tree)
    plan.prepare(tree, nodes)
    literals(nodes)
    code = compile(instrument(tree, plan, None, False, False), "rehearsal", "exec", dont_inherit=True)
    names: dict[str, Any] = {**BUILTINS.__dict__, "print": lambda *shown: list(map(str, shown))}
    namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": names}
    observer = Observer(Channel(descriptor), plan, {}, 1000, namespace)
    observer.install(names)
    exec(code, namespace)
    observer.finish("ok")
