# TASK: mazur_biases
import math
i=[.05,.10]; w=[.15,.20,.25,.30,.40,.45,.50,.55]; t=[.01,.99]; eta=.5
b=[.35,.60]

def sig(v): return 1/(1+math.exp(-v))
net=[w[0]*i[0]+w[1]*i[1]+b[0], w[2]*i[0]+w[3]*i[1]+b[0]]
h=[sig(n) for n in net]
no=[w[4]*h[0]+w[5]*h[1]+b[1], w[6]*h[0]+w[7]*h[1]+b[1]]
o=[sig(n) for n in no]
err=[oo-tt for oo,tt in zip(o,t)]
E=sum(.5*(tt-oo)**2 for oo,tt in zip(o,t))
do=[ee*oo*(1-oo) for ee,oo in zip(err,o)]
dh=[(do[0]*w[4]+do[1]*w[6])*h[0]*(1-h[0]), (do[0]*w[5]+do[1]*w[7])*h[1]*(1-h[1])]
g=[dh[0]*i[0],dh[0]*i[1],dh[1]*i[0],dh[1]*i[1],do[0]*h[0],do[0]*h[1],do[1]*h[0],do[1]*h[1]]
dx=[w[0]*dh[0]+w[2]*dh[1], w[1]*dh[0]+w[3]*dh[1]]
wn=[a-eta*q for a,q in zip(w,g)]
b1n=[b[0]-eta*q for q in dh]; b2n=[b[1]-eta*q for q in do]
print(net,h,no,o,E,do,dh,g,wn,b1n,b2n)
