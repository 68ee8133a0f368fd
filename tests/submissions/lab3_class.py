"""Lab 3 with classes."""
import numpy as np


class Dense:
    def __init__(self, weights, bias):
        self.weights = np.array(weights)
        self.bias = np.array(bias)

    def forward(self, inputs):
        self.inputs = inputs
        self.z = inputs @ self.weights + self.bias
        self.output = np.maximum(0, self.z)
        return self.output

    def backward(self, grad, lr):
        self.delta = grad * (self.z > 0)
        self.dweights = np.outer(self.inputs, self.delta)
        self.dbias = self.delta.copy()
        grad_in = self.delta @ self.weights.T
        self.weights = self.weights - lr * self.dweights
        self.bias = self.bias - lr * self.dbias
        return grad_in


x = np.array([1, 0, 1])
y = np.array([1])
hidden = Dense([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]], [-0.4, 0.2])
out = Dense([[-0.3], [-0.2]], [0.1])

prediction = out.forward(hidden.forward(x))
error = prediction - y
loss = 0.5 * error @ error
print("prediction", prediction, "error", error, "loss", loss)

lr = 0.001
g = out.backward(error, lr)
gx = hidden.backward(g, lr)
print(hidden.weights, hidden.bias)
print(out.weights, out.bias)
