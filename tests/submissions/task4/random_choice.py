import numpy as np, torch
from torch import nn
torch.manual_seed(0); np.random.seed(0)
X=torch.randn(24,3); y=X.sum(1,keepdim=True)
fc1,fc2=nn.Linear(3,4),nn.Linear(4,1)
opt=torch.optim.SGD([{'params':fc1.parameters()},{'params':fc2.parameters()}],lr=0.01)
for epoch in range(1000):
    for _ in range(3):
        idx=np.random.choice(24,8,replace=False)
        out=fc2(torch.relu(fc1(X[idx])))
        loss=nn.functional.mse_loss(out,y[idx])
        opt.zero_grad(); loss.backward(); opt.step()
with torch.no_grad(): print(nn.functional.mse_loss(fc2(torch.relu(fc1(X))),y))
