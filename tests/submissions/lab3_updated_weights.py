import numpy as np

x = np.array([1, 0, 1])
y = np.array([1])
lr = 0.001
w_hidden = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
w_output = np.array([[-0.3], [-0.2]])
theta_hidden = np.array([-0.4, 0.2])
theta_output = np.array([0.1])

# ---- forward ----
z_hidden = x.dot(w_hidden) + theta_hidden
a_hidden = np.maximum(0, z_hidden)
z_output = a_hidden.dot(w_output) + theta_output
y_hat = np.maximum(0, z_output)
error = y_hat - y
loss = 0.5 * error ** 2

# ---- output layer ----
delta_output = error * (z_output > 0)
grad_output = a_hidden.reshape(2, 1) * delta_output
w_output -= lr * grad_output
theta_output -= lr * delta_output

# ---- hidden layer ----
delta_hidden = delta_output.dot(w_output.T) * (z_hidden > 0)
grad_hidden = x.reshape(3, 1) * delta_hidden
w_hidden -= lr * grad_hidden
theta_hidden -= lr * delta_hidden
print(delta_hidden)
print(w_hidden, theta_hidden, w_output, theta_output)
