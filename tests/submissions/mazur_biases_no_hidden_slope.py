import numpy as np

class Layer:
    def __init__(self, W, b):
        self.W, self.b = np.array(W), np.array(b)

    def __call__(self, a):
        self.a_in = a
        self.z = self.W @ a + self.b
        self.a = 1 / (1 + np.exp(-self.z))
        return self.a

    def grads(self, delta):
        self.delta = delta
        self.dW = np.outer(delta, self.a_in)
        self.db = np.array(delta)

    def step(self, lr):
        self.W_new = self.W - lr * self.dW
        self.b_new = self.b - lr * self.db

x = np.array([0.05, 0.1])
y = np.array([0.01, 0.99])
l1 = Layer([[0.15, 0.2], [0.25, 0.3]], [0.35, 0.35])
l2 = Layer([[0.4, 0.45], [0.5, 0.55]], [0.6, 0.6])
o = l2(l1(x))
e = o - y
cost = np.sum(e ** 2) / 2
l2.grads(e * o * (1 - o))
l1.grads(l2.W.T @ l2.delta)      # send the error back through the weights
for layer in (l1, l2):
    layer.step(0.5)
    print(layer.W_new, layer.b_new)
print("cost", cost)
