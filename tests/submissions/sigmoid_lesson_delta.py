# Sigmoid example of lesson 2
import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

x = np.array([1, 0, 1])
y = np.array([1])
alpha = 0.9
W_hidden = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
W_output = np.array([[-0.3], [-0.2]])
theta = np.array([-0.4, 0.2, 0.1])

Z = np.dot(x, W_hidden) + theta[0:2]
H = sigmoid(Z)
Z3 = np.dot(H, W_output) + theta[2]
y_hat = sigmoid(Z3)
loss = 0.5 * np.sum((y_hat - y) ** 2)

delta_o = y_hat - y
delta_h = np.dot(delta_o, W_output.T) * H * (1 - H)
dE_dWo = np.outer(H, delta_o)
dE_dWh = np.outer(x, delta_h)
dE_dtheta = np.append(delta_h, delta_o)

W_output_new = W_output - alpha * dE_dWo
W_hidden_new = W_hidden - alpha * dE_dWh
theta_new = theta - alpha * dE_dtheta
print(y_hat, loss, delta_o, delta_h)
print(W_hidden_new, W_output_new, theta_new, sep="\n")
