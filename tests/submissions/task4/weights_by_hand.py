import torch
torch.manual_seed(0)
X=torch.randn(16,2); Y=X@torch.tensor([[1.],[2.]])
W1=torch.randn(2,3,requires_grad=True); b1=torch.zeros(3,requires_grad=True)
W2=torch.randn(3,1,requires_grad=True); b2=torch.zeros(1,requires_grad=True)
opt=torch.optim.SGD([W1,b1,W2,b2],lr=0.01)
for e in range(1000):
    for i in range(0,16,8):
        p=torch.relu(X[i:i+8]@W1+b1)@W2+b2
        loss=torch.mean((Y[i:i+8]-p)**2)
        opt.zero_grad(); loss.backward(); opt.step()
with torch.no_grad(): print(torch.mean((Y-(torch.relu(X@W1+b1)@W2+b2))**2))
