import numpy as np
np.set_printoptions(precision=9)

def act(z): return 1/(1+np.exp(-z))

X = np.array([0.05, 0.1]); T = np.array([0.01, 0.99])
WA = np.array([[0.15, 0.25], [0.2, 0.3]]); BA = np.array([0.35, 0.35])
WB = np.array([[0.4, 0.5], [0.45, 0.55]]); BB = np.array([0.6, 0.6])
LR = 0.5

ZA = X@WA + BA;  HA = act(ZA)
ZB = HA@WB + BB; HB = act(ZB)
ERR = HB - T
LOSS = 0.5*ERR@ERR

DB = (T - HB)*HB*(1 - HB)
GWB = np.outer(HA, DB)
GBB = DB + 0
DA = (WB@DB)*HA*(1 - HA)
GWA = np.outer(X, DA)
GBA = DA + 0

WA2 = WA - LR*GWA
BA2 = BA - LR*GBA
WB2 = WB - LR*GWB
BB2 = BB - LR*GBB
print(LOSS, WA2, BA2, WB2, BB2, sep='\n')
