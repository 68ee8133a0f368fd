# ---------------- Laboratory Task 2 ----------------
import numpy as np
x = np.array([1, 0, 1])
y = np.array([1])
W_hidden = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
W_output = np.array([-0.3, -0.2])
theta = np.array([-0.4, 0.2, 0.1])

def relu(z): return np.maximum(0, z)

Z1 = np.dot(x, W_hidden[:, 0]) + theta[0]
Z2 = np.dot(x, W_hidden[:, 1]) + theta[1]
H1, H2 = relu(Z1), relu(Z2)
Z3 = W_output[0]*H1 + W_output[1]*H2 + theta[2]
y_hat = relu(Z3)
error = y_hat - y
print("Task 2:", y_hat, error)

# ---------------- Laboratory Task 3 ----------------
import numpy as np
x = np.array([1, 0, 1])
y = np.array([1])
lr = 0.001
W_hidden = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
W_output = np.array([[-0.3], [-0.2]])
theta_h = np.array([-0.4, 0.2])
theta_o = np.array([0.1])

Z_h = np.dot(x, W_hidden) + theta_h
A_h = relu(Z_h)
Z_o = np.dot(A_h, W_output) + theta_o
y_hat = relu(Z_o)
delta_o = (y_hat - y)
loss = np.mean(0.5 * delta_o**2)
delta_h = np.dot(delta_o, W_output.T) * (Z_h > 0)
dW_o = np.outer(A_h, delta_o)
dW_h = np.outer(x, delta_h)
W_output = W_output - lr * dW_o
W_hidden = W_hidden - lr * dW_h
theta_o = theta_o - lr * delta_o
theta_h = theta_h - lr * delta_h
print("Task 3:", loss, W_hidden, W_output, theta_h, theta_o)
