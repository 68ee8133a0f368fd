import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def sigmoid_derivative(z):
    return z * (1 - z)

inputs = np.array([[0.05, 0.1]])
targets = np.array([[0.01, 0.99]])
w1 = np.array([[0.15, 0.25], [0.2, 0.3]])
w2 = np.array([[0.4, 0.5], [0.45, 0.55]])
bias1 = np.array([[0.35, 0.35]])
bias2 = np.array([[0.6, 0.6]])
lr = 0.5

hidden_in = inputs @ w1 + bias1
hidden_out = sigmoid(hidden_in)
final_in = hidden_out @ w2 + bias2
final_out = sigmoid(final_in)
error = final_out - targets
total_error = (0.5 * error ** 2).sum()

d_final = error * sigmoid_derivative(final_in)
d_hidden = d_final @ w2.T * sigmoid_derivative(hidden_in)
grad_w2 = hidden_out.T @ d_final
grad_w1 = inputs.T @ d_hidden
grad_bias2 = d_final.copy()
grad_bias1 = d_hidden.copy()

w2_new = w2 - lr * grad_w2
w1_new = w1 - lr * grad_w1
bias2_new = bias2 - lr * grad_bias2
bias1_new = bias1 - lr * grad_bias1
print(total_error)
print(w1_new, bias1_new)
print(w2_new, bias2_new)
