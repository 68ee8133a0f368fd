# simple 2-2-2 network
import numpy as np
i = np.array([0.05, 0.10])
out = np.array([0.01, 0.99])
wih = np.array([[0.15, 0.20], [0.25, 0.30]])
who = np.array([[0.40, 0.45], [0.50, 0.55]])
n = 0.5

def squash(v):
    return 1/(1 + np.exp(-v))

hsum = wih.dot(i)
h = squash(hsum)
osum = who.dot(h)
o = squash(osum)
diff = o - out
E = 0.5*np.sum(diff**2)
print('total error', E)

dlo = diff*o*(1 - o)
gho = np.outer(dlo, h)
dlh = who.T.dot(dlo)*h*(1 - h)
gih = np.outer(dlh, i)
who_new = who - n*gho
wih_new = wih - n*gih
print(who_new)
print(wih_new)
