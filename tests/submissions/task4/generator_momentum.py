import torch


def batches(a, b, size):
    order = torch.randperm(len(a))
    for chunk in order.split(size):
        yield a[chunk], b[chunk]


torch.manual_seed(11)
A = torch.randn(19, 5)
w = torch.randn(5, 1)
B = A @ w + 0.05 * torch.randn(19, 1)

model = torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.Tanh(), torch.nn.Linear(7, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
loss_function = torch.nn.MSELoss(reduction="mean")

epoch = 0
while epoch < 1000:
    for a, b in batches(A, B, 8):
        model.zero_grad()
        loss_function(model(a), b).backward()
        optimizer.step()
    epoch += 1

model.eval()
with torch.no_grad():
    print("loss after training:", loss_function(model(A), B).item())
