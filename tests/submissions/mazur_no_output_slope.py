import numpy as np
sigmoid = lambda z: 1.0/(1.0+np.exp(-z))

x  = np.array([0.05, 0.10])
y  = np.array([0.01, 0.99])
W1 = np.array([[0.15, 0.20],[0.25, 0.30]])   # row = neuron
b1 = np.array([0.35, 0.35])
W2 = np.array([[0.40, 0.45],[0.50, 0.55]])
b2 = np.array([0.60, 0.60])
eta = 0.5

z1 = W1.dot(x)+b1
a1 = sigmoid(z1)
z2 = W2.dot(a1)+b2
a2 = sigmoid(z2)
loss = 0.5*((a2-y)**2).sum()

delta2 = a2-y                       # error of the output
dW2 = np.outer(delta2, a1)
delta1 = W2.T.dot(delta2)*a1*(1-a1)
dW1 = np.outer(delta1, x)

W2_new = W2-eta*dW2
W1_new = W1-eta*dW1
print(loss)
print(W1_new)
print(W2_new)
