import numpy as np

# Laboratory Task 3 - forward and backward propagation

x = np.array([1, 0, 1])
y = np.array([1])
lr = 0.001

W_hidden = np.array([[0.2, -0.3],
                     [0.4, 0.1],
                     [-0.5, 0.2]])
W_output = np.array([[-0.3],
                     [-0.2]])
theta = np.array([-0.4, 0.2, 0.1])


def relu(z):
    return np.maximum(0, z)


def relu_derivative(z):
    return np.where(z > 0, 1, 0)


# forward pass
Z_hidden = np.dot(x, W_hidden) + theta[:2]
H = relu(Z_hidden)
Z_out = np.dot(H, W_output) + theta[2]
y_hat = relu(Z_out)
print("Z hidden:", Z_hidden)
print("H:", H)
print("y_hat:", y_hat)

error = y_hat - y
loss = 0.5 * np.sum(error ** 2)
print("error:", error, "loss:", loss)

# backward pass
delta_out = error * relu_derivative(Z_out)
delta_hidden = np.dot(delta_out, W_output.T) * relu_derivative(Z_hidden)

grad_W_output = np.outer(H, delta_out)
grad_W_hidden = np.outer(x, delta_hidden)
grad_theta_out = delta_out
grad_theta_hidden = delta_hidden

# update
W_output_new = W_output - lr * grad_W_output
W_hidden_new = W_hidden - lr * grad_W_hidden
theta_hidden_new = theta[:2] - lr * grad_theta_hidden
theta_out_new = theta[2] - lr * grad_theta_out

print("new W hidden:\n", W_hidden_new)
print("new W output:\n", W_output_new)
print("new theta:", theta_hidden_new, theta_out_new)
