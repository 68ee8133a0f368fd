import numpy as np

def relu(x):
    return np.maximum(0, x)

def relu_deriv(x):
    return np.where(x > 0, 1, 0)

def mse(y_true, y_pred):
    return np.mean((y_true - y_pred) ** 2)

X = np.array([1, 0, 1])
y_true = np.array([1])
W_in = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
W_out = np.array([[-0.3], [-0.2]])
b_in = np.array([-0.4, 0.2])
b_out = np.array([0.1])
alpha = 0.001

s = X @ W_in + b_in
h = relu(s)
s_out = h @ W_out + b_out
y_pred = relu(s_out)
loss = mse(y_true, y_pred)
print("Loss (MSE):", loss)

grad_out = -(y_true - y_pred) * relu_deriv(s_out)
grad_hidden = (grad_out @ W_out.T) * relu_deriv(s)
dW_out = h.reshape(-1, 1) @ grad_out.reshape(1, -1)
dW_in = X.reshape(-1, 1) @ grad_hidden.reshape(1, -1)
W_out_updated = W_out - alpha * dW_out
W_in_updated = W_in - alpha * dW_in
b_out_updated = b_out - alpha * grad_out
b_in_updated = b_in - alpha * grad_hidden
print("W_in:", W_in_updated, "W_out:", W_out_updated)
print("b_in:", b_in_updated, "b_out:", b_out_updated)
