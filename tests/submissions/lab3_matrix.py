import numpy as np
from numpy import matrix, multiply

X = matrix("1; 0; 1")
T = matrix("1")
W1 = matrix([[0.2, 0.4, -0.5], [-0.3, 0.1, 0.2]])
W2 = matrix([[-0.3, -0.2]])
B1 = matrix([[-0.4], [0.2]])
B2 = matrix([[0.1]])
ALPHA = 0.001

N1 = W1 * X + B1
A1 = np.maximum(N1, 0)
N2 = W2 * A1 + B2
A2 = np.maximum(N2, 0)
ERR = A2 - T
PERF = 0.5 * ERR.T * ERR

S2 = multiply(ERR, N2 > 0)
S1 = multiply(W2.T * S2, N1 > 0)
GW2 = S2 * A1.T
GW1 = S1 * X.T
W2 = W2 - ALPHA * GW2
B2 = B2 - ALPHA * S2
W1 = W1 - ALPHA * GW1
B1 = B1 - ALPHA * S1
print(W1, B1, W2, B2, PERF, sep="\n")
