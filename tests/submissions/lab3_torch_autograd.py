import torch

x = torch.tensor([[1., 0., 1.]])
y = torch.tensor([[1.]])
lr = 0.001

W1 = torch.tensor([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]], requires_grad=True)
b1 = torch.tensor([[-0.4, 0.2]], requires_grad=True)
W2 = torch.tensor([[-0.3], [-0.2]], requires_grad=True)
b2 = torch.tensor([[0.1]], requires_grad=True)

z1 = x @ W1 + b1
h = torch.relu(z1)
z2 = h @ W2 + b2
y_hat = torch.relu(z2)
error = y_hat - y
loss = 0.5 * (error ** 2).sum()
loss.backward()

print("loss", loss.item())
print("dW1", W1.grad)
print("db1", b1.grad)
print("dW2", W2.grad)
print("db2", b2.grad)

with torch.no_grad():
    W1 -= lr * W1.grad
    b1 -= lr * b1.grad
    W2 -= lr * W2.grad
    b2 -= lr * b2.grad
print(W1, b1, W2, b2, sep="\n")
