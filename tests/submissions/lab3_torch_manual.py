import torch

device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
x = torch.tensor([1, 0, 1], dtype=torch.float32, device=device)
y = torch.tensor([1], dtype=torch.float32, device=device)
w_hidden = torch.tensor([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]], device=device)
w_out = torch.tensor([[-0.3], [-0.2]], device=device)
b_hidden = torch.tensor([-0.4, 0.2], device=device)
b_out = torch.tensor([0.1], device=device)
lr = 1e-3

z_hidden = torch.matmul(x, w_hidden) + b_hidden
a_hidden = torch.clamp(z_hidden, min=0)
z_out = torch.matmul(a_hidden, w_out) + b_out
y_pred = torch.clamp(z_out, min=0)
error = y_pred - y
loss = torch.sum(error ** 2) / 2

d_out = error * (z_out > 0).float()
d_w_out = torch.outer(a_hidden, d_out)
d_hidden = torch.matmul(w_out, d_out) * (z_hidden > 0).float()
d_w_hidden = torch.outer(x, d_hidden)

w_out.sub_(lr * d_w_out)
b_out.sub_(lr * d_out)
w_hidden.sub_(lr * d_w_hidden)
b_hidden.sub_(lr * d_hidden)
print(w_hidden, b_hidden, w_out, b_out)
print("loss:", loss.item())
