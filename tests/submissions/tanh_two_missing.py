import torch

x = torch.tensor([[1.0, -1.0]], dtype=torch.float64)
y = torch.tensor([[1.0]], dtype=torch.float64)
W1 = torch.tensor([[0.3, -0.2], [-0.4, 0.5]], dtype=torch.float64)
b1 = torch.tensor([[0.1, 0.2]], dtype=torch.float64)
W2 = torch.tensor([[0.6], [-0.3]], dtype=torch.float64)
b2 = torch.tensor([[-0.2]], dtype=torch.float64)
lr = 0.1

z1 = x.mm(W1) + b1
a1 = torch.tanh(z1)
z2 = a1.mm(W2) + b2
a2 = torch.tanh(z2)
err = a2 - y
loss = err.pow(2).sum()

delta2 = err * (1 - a2 ** 2)
delta1 = delta2.mm(W2.t()) * (1 - a1 ** 2)
dW2 = a1.t().mm(delta2)
db2 = delta2.sum(0)
dW1 = x.t().mm(delta1)
db1 = delta1.sum(0)
W2_new, b2_new = W2 - lr * dW2, b2 - lr * db2
W1_new, b1_new = W1 - lr * dW1, b1 - lr * db1
print(loss.item(), W1_new, b1_new, W2_new, b2_new)
