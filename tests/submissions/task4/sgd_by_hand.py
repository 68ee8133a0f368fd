import torch

torch.manual_seed(9)
x = torch.randn(16, 2)
y = x @ torch.tensor([[1.0], [-3.0]]) + 2 + 0.3 * torch.randn(16, 1)

first = torch.nn.Linear(2, 4)
second = torch.nn.Linear(4, 1)
lr = 0.02
for epoch in range(1000):
    for i in range(0, 16, 8):
        loss = torch.nn.functional.mse_loss(second(first(x[i:i + 8])), y[i:i + 8])
        loss.backward()
        with torch.no_grad():
            for layer in (first, second):
                for p in layer.parameters():
                    p -= lr * p.grad
                    p.grad.zero_()

with torch.no_grad():
    print("final", torch.nn.functional.mse_loss(second(first(x)), y).item())
