import torch
from torch import nn

X = torch.tensor([[1., 2.], [2., -1.], [-1., 1.]])
y = torch.tensor([[1.], [0.], [1.]])
W1 = nn.Parameter(torch.tensor([[0.2, -0.4], [0.3, 0.1]]))
b1 = nn.Parameter(torch.tensor([0.1, -0.2]))
W2 = nn.Parameter(torch.tensor([[0.5], [-0.3]]))
b2 = nn.Parameter(torch.tensor([0.1]))
optimizer = torch.optim.SGD([W1, b1, W2, b2], lr=0.5)
loss_fn = nn.BCELoss()

hidden = X @ W1 + b1
logit = hidden @ W2 + b2
prob = torch.sigmoid(logit)
loss = loss_fn(prob, y)
loss.backward()
gW1, gb1, gW2, gb2 = W1.grad, b1.grad, W2.grad, b2.grad
print(loss, gW1, gb1, gW2, gb2)
optimizer.step()
W1_after, b1_after, W2_after, b2_after = [p.detach() for p in (W1, b1, W2, b2)]
print(W1_after, b1_after, W2_after, b2_after)
