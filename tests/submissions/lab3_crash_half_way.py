import numpy as np
x = np.array([1, 0, 1])
y = np.array([1])
lr = 0.001
W_hidden = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
W_output = np.array([[-0.3], [-0.2]])
theta_hidden = np.array([-0.4, 0.2])
theta_output = np.array([0.1])

def relu(z):
    return np.maximum(0, z)

# forward
z_h = x @ W_hidden + theta_hidden
h = relu(z_h)
z_o = h @ W_output + theta_output
y_hat = relu(z_o)
error = y_hat - y
loss = 0.5 * error ** 2
print("loss =", loss)

# backward
delta_o = error * (z_o > 0)
dW_output = np.outer(h, delta_o)
delta_h = (delta_o @ W_ouput.T) * (z_h > 0)
dW_hidden = np.outer(x, delta_h)

W_output = W_output - lr * dW_output
W_hidden = W_hidden - lr * dW_hidden
theta_output = theta_output - lr * delta_o
theta_hidden = theta_hidden - lr * delta_h
