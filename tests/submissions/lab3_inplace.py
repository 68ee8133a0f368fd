import numpy as np

x = np.array([1,0,1])
y = np.array([1])
lr = 0.001
Wh = np.array([[0.2,-0.3],[0.4,0.1],[-0.5,0.2]])
Wo = np.array([-0.3,-0.2])
bh = np.array([-0.4,0.2])
bo = 0.1

Zh = x.dot(Wh) + bh
Ah = np.maximum(0,Zh)
Zo = Ah.dot(Wo) + bo
yhat = np.maximum(0,Zo)
err = yhat - y
mse = 0.5*(err**2)

delta_o = err*(Zo>0)
delta_h = delta_o*Wo*(Zh>0)
gWo = Ah*delta_o
gWh = np.outer(x,delta_h)

Wo -= lr*gWo
bo -= lr*delta_o[0]
Wh -= lr*gWh
bh -= lr*delta_h

print('Updated hidden weights:\n',Wh)
print('Updated output weights:\n',Wo)
print('Updated biases:',bh,bo)
