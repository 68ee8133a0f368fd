import numpy as np
x=np.array([1,0,1]); W1=np.array([[0.2,-0.3],[0.4,0.1],[-0.5,0.2]]); b1=np.array([-0.4,0.2]); W2=np.array([[-0.3],[-0.2]]); b2=np.array([0.1]); y=np.array([1]); lr=0.001
Z=x@W1+b1; H=np.maximum(Z,0); Z3=H@W2+b2; out=np.maximum(Z3,0); E=out-y
slope=np.array([1])
d3=E*slope
dh=W2@d3*(Z>0)
gW2=np.outer(H,d3); gW1=np.outer(x,dh)
W1n=W1-lr*gW1; b1n=b1-lr*dh; W2n=W2-lr*gW2; b2n=b2-lr*d3
print(Z,H,Z3,E,d3,dh,gW2,gW1,W1n,b1n,W2n,b2n)
