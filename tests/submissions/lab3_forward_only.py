import numpy as np

# Lab Task 3   (ran out of time for the second half)
inputs = np.array([1, 0, 1])
expected = np.array([1])
lr = 0.001

hidden_weights = np.array([[0.2, -0.3],
                           [0.4, 0.1],
                           [-0.5, 0.2]])
output_weights = np.array([-0.3, -0.2])
hidden_bias = np.array([-0.4, 0.2])
output_bias = np.array([0.1])

def ReLU(n):
    return np.maximum(0, n)

hidden_sum = np.dot(inputs, hidden_weights) + hidden_bias
hidden_act = ReLU(hidden_sum)
out_sum = np.dot(hidden_act, output_weights) + output_bias
out_act = ReLU(out_sum)
print(hidden_sum, hidden_act, out_sum, out_act)

squared_error = 0.5 * (expected - out_act) ** 2
print("E =", squared_error)
