import numpy as np

x = np.array([1, 0, 1])
y = 1
lr = 0.001
wh = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
wo = np.array([-0.3, -0.2])
bh = np.array([-0.4, 0.2])
bo = 0.1

zh = np.dot(x, wh) + bh
h = np.maximum(zh, 0)
zo = np.dot(h, wo) + bo
yhat = max(zo, 0)
err = yhat - y
print "output:", yhat
print "error:", err

do = err * (zo > 0)
dh = do * wo * (zh > 0)
wo_new = wo - lr * do * h
wh_new = wh - lr * np.outer(x, dh)
print wh_new, wo_new
