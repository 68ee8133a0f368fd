import numpy as np
f = lambda n: 1/(1 + np.exp(-n))

p = np.array([[0.05], [0.10]])
t = np.array([[0.01], [0.99]])
W1 = np.array([[0.15, 0.20], [0.25, 0.30]])
W2 = np.array([[0.40, 0.45], [0.50, 0.55]])
b1 = np.array([[0.35], [0.35]])
b2 = np.array([[0.60], [0.60]])
lr = 0.5

n1 = W1 @ p + b1;   a1 = f(n1)
n2 = W2 @ a1 + b2;  a2 = f(n2)
e = a2 - t
F = float((e.T @ e)[0, 0])/2

s2 = e*a2*(1 - a2)
s1 = (W1.T @ s2)*a1*(1 - a1)
gW2, gb2 = s2 @ a1.T, 1*s2
gW1, gb1 = s1 @ p.T, 1*s1

newW2 = W2 - lr*gW2
newb2 = b2 - lr*gb2
newW1 = W1 - lr*gW1
newb1 = b1 - lr*gb1
print('F =', F)
for m in (newW1, newb1, newW2, newb2):
    print(m)
