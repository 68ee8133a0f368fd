import torch
from torch import nn
torch.manual_seed(0)
X=torch.randn(20,3); y=X.sum(1,keepdim=True)*5
model=nn.Sequential(nn.Linear(3,6),nn.ReLU(),nn.Linear(6,1))
for l in model:
    if isinstance(l, nn.Linear): nn.init.xavier_uniform_(l.weight)
device='cuda' if torch.cuda.is_available() else 'cpu'
model.to(device)
opt=torch.optim.SGD(model.parameters(),lr=0.05)
sch=torch.optim.lr_scheduler.StepLR(opt,200,0.5)
mse=nn.MSELoss()
dl=torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X,y),batch_size=8,shuffle=True)
for epoch in range(1000):
    for a,b in dl:
        a,b=a.to(device),b.to(device)
        opt.zero_grad()
        loss=mse(model(a),b)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(),1.0)
        opt.step()
    sch.step()
with torch.no_grad(): print(mse(model(X),y))
