import numpy as np
x = np.array([1, 0, 1]); y = np.array([1]); lr = 0.001
W_hidden = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
W_output = np.array([[-0.3], [-0.2]])
theta = np.array([-0.4, 0.2, 0.1])
Z_hidden = np.dot(x, W_hidden) + theta[:2]
H = np.maximum(0, Z_hidden)
Z_out = np.dot(H, W_output) + theta[2]
y_hat = np.maximum(0, Z_out)
error = y_hat - y
d_out = error * (Z_out > 0).astype(float)
dW_out = np.outer(H, d_out)
dtheta_out = d_out
d_hid = np.dot(W_output, d_out) * (Z_hidden > 0).astype(float)
dW_hid = np.outer(x, d_hid[::-1])
dtheta_hid = d_hid
W_output_new = W_output - lr * dW_out
W_hidden_new = W_hidden - lr * dW_hid
theta_hidden_new = theta[:2] - lr * dtheta_hid
theta_out_new = theta[2] - lr * dtheta_out
print(W_output_new, W_hidden_new, theta_hidden_new, theta_out_new)
