import torch
from torch import nn
torch.manual_seed(0)
X=torch.randn(16,3); y=X.sum(1,keepdim=True)
model=nn.Sequential(nn.Linear(3,6),nn.BatchNorm1d(6),nn.ReLU(),nn.Linear(6,1))
opt=torch.optim.SGD(model.parameters(),lr=0.01)
mse=nn.MSELoss()
for epoch in range(1000):
    for i in range(0,16,8):
        opt.zero_grad(); mse(model(X[i:i+8]),y[i:i+8]).backward(); opt.step()
model.eval()
with torch.no_grad(): print(mse(model(X),y))
