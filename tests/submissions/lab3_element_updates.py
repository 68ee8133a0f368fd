import numpy as np

x = [1, 0, 1]
y = [1]
lr = 0.001
W_h = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
W_o = np.array([[-0.3], [-0.2]])
theta = np.array([[-0.4], [0.2], [0.1]])

Z = np.zeros(3)
H = np.zeros(2)
Z[0] = x[0]*W_h[0,0] + x[1]*W_h[1,0] + x[2]*W_h[2,0] + theta[0,0]
Z[1] = x[0]*W_h[0,1] + x[1]*W_h[1,1] + x[2]*W_h[2,1] + theta[1,0]
H[0] = max(0, Z[0])
H[1] = max(0, Z[1])
Z[2] = H[0]*W_o[0,0] + H[1]*W_o[1,0] + theta[2,0]
y_hat = max(0, Z[2])
E = y_hat - y[0]
loss = 1/2 * E**2

def d(z):
    if z > 0:
        return 1
    else:
        return 0

delta3 = E * d(Z[2])
delta1 = delta3 * W_o[0,0] * d(Z[0])
delta2 = delta3 * W_o[1,0] * d(Z[1])

dW_o = np.zeros((2, 1))
dW_o[0,0] = delta3 * H[0]
dW_o[1,0] = delta3 * H[1]
dW_h = np.zeros((3, 2))
for i in range(3):
    dW_h[i,0] = delta1 * x[i]
    dW_h[i,1] = delta2 * x[i]

# updating
W_o[0,0] = W_o[0,0] - lr*dW_o[0,0]
W_o[1,0] = W_o[1,0] - lr*dW_o[1,0]
W_h[0,0] -= lr*dW_h[0,0]
W_h[0,1] -= lr*dW_h[0,1]
W_h[1,0] -= lr*dW_h[1,0]
W_h[1,1] -= lr*dW_h[1,1]
W_h[2,0] -= lr*dW_h[2,0]
W_h[2,1] -= lr*dW_h[2,1]
theta[0,0] = theta[0,0] - lr*delta1
theta[1,0] = theta[1,0] - lr*delta2
theta[2,0] = theta[2,0] - lr*delta3
print(W_h, W_o, theta, sep='\n\n')
