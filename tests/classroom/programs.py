"""Ten solutions of Laboratory Task 3 by ten hands, each as the sources of its cells, and ways to hide a copy."""

from __future__ import annotations

import re
from keyword import iskeyword

SCALARS = """
x1, x2, x3 = 1, 0, 1
target = 1
lr = 0.001
w11, w12, w13, w14, w15, w16 = 0.2, -0.3, 0.4, 0.1, -0.5, 0.2
w21, w22 = -0.3, -0.2
t1, t2, t3 = -0.4, 0.2, 0.1

z1 = w11*x1 + w13*x2 + w15*x3 + t1
z2 = w12*x1 + w14*x2 + w16*x3 + t2
h1 = max(0, z1)
h2 = max(0, z2)
z3 = w21*h1 + w22*h2 + t3
yhat = max(0, z3)
error = yhat - target
print(z1, z2, h1, h2, z3, yhat, error)

d3 = error * (z3 > 0)
d1 = d3 * w21 * (z1 > 0)
d2 = d3 * w22 * (z2 > 0)
dw21, dw22 = d3*h1, d3*h2
dw11, dw13, dw15 = d1*x1, d1*x2, d1*x3
dw12, dw14, dw16 = d2*x1, d2*x2, d2*x3
w21 -= lr*dw21
w22 -= lr*dw22
w11 -= lr*dw11
w13 -= lr*dw13
w15 -= lr*dw15
w12 -= lr*dw12
w14 -= lr*dw14
w16 -= lr*dw16
t1 -= lr*d1
t2 -= lr*d2
t3 -= lr*d3
print(w11, w12, w13, w14, w15, w16, w21, w22, t1, t2, t3)
"""

BOARD = """
def relu(v):
    return v if v > 0 else 0

def slope(v):
    return 1 if v > 0 else 0

x1 = 1; x2 = 0; x3 = 1
w1 = 0.2; w2 = -0.3; w3 = 0.4; w4 = 0.1; w5 = -0.5; w6 = 0.2; w7 = -0.3; w8 = -0.2
b1 = -0.4; b2 = 0.2; b3 = 0.1
rate = 0.001
Z1 = x1*w1 + x2*w3 + x3*w5 + b1
Z2 = x1*w2 + x2*w4 + x3*w6 + b2
H1 = relu(Z1)
H2 = relu(Z2)
Z3 = H1*w7 + H2*w8 + b3
Y = relu(Z3)
loss = (Y - 1)**2 / 2
print("Z1", Z1, "Z2", Z2, "Z3", Z3, "Y", Y, "loss", loss)
delta3 = (Y - 1) * slope(Z3)
delta1 = w7 * delta3 * slope(Z1)
delta2 = w8 * delta3 * slope(Z2)
g = {
    "w1": delta1*x1, "w2": delta2*x1, "w3": delta1*x2, "w4": delta2*x2, "w5": delta1*x3, "w6": delta2*x3,
    "w7": delta3*H1, "w8": delta3*H2, "b1": delta1, "b2": delta2, "b3": delta3,
}
for name in g:
    print("new", name, "=", eval(name) - rate*g[name])
"""

ROWS = """
import numpy as np
x = np.array([[1, 0, 1]])
y = np.array([[1]])
W1 = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
b1 = np.array([[-0.4, 0.2]])
W2 = np.array([[-0.3], [-0.2]])
b2 = np.array([[0.1]])
eta = 0.001
z1 = x @ W1 + b1
a1 = np.maximum(0, z1)
z2 = a1 @ W2 + b2
a2 = np.maximum(0, z2)
L = 0.5*np.sum((a2 - y)**2)
delta2 = (a2 - y) * (z2 > 0)
dW2 = a1.T @ delta2
db2 = delta2.sum(axis=0, keepdims=True)
delta1 = (delta2 @ W2.T) * (z1 > 0)
dW1 = x.T @ delta1
db1 = delta1.sum(axis=0, keepdims=True)
W1 = W1 - eta*dW1
b1 = b1 - eta*db1
W2 = W2 - eta*dW2
b2 = b2 - eta*db2
print("W1", W1, "b1", b1, "W2", W2, "b2", b2, "L", L)
"""

COLUMNS = """
import numpy as np

def relu(z):
    return np.maximum(z, 0)

def relu_prime(z):
    return (z > 0).astype(float)

X = np.array([1.0, 0.0, 1.0])
t = 1.0
Wh = np.array([[0.2, 0.4, -0.5],
               [-0.3, 0.1, 0.2]])
bh = np.array([-0.4, 0.2])
Wo = np.array([-0.3, -0.2])
bo = 0.1
alpha = 0.001

net_h = np.dot(Wh, X) + bh
out_h = relu(net_h)
net_o = np.dot(Wo, out_h) + bo
out_o = relu(net_o)
err = out_o - t
print("forward:", net_h, out_h, net_o, out_o, err)

d_o = err * relu_prime(net_o)
d_h = Wo * d_o * relu_prime(net_h)
Wo_new = Wo - alpha * d_o * out_h
bo_new = bo - alpha * d_o
Wh_new = Wh - alpha * np.outer(d_h, X)
bh_new = bh - alpha * d_h
print("updated:", Wh_new, bh_new, Wo_new, bo_new)
"""

TORCH = """
import torch
x = torch.tensor([[1., 0., 1.]], dtype=torch.float64)
y = torch.tensor([[1.]], dtype=torch.float64)
W1 = torch.tensor([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]], dtype=torch.float64, requires_grad=True)
b1 = torch.tensor([-0.4, 0.2], dtype=torch.float64, requires_grad=True)
W2 = torch.tensor([[-0.3], [-0.2]], dtype=torch.float64, requires_grad=True)
b2 = torch.tensor([0.1], dtype=torch.float64, requires_grad=True)
h = torch.relu(x @ W1 + b1)
out = torch.relu(h @ W2 + b2)
loss = 0.5 * ((out - y) ** 2).sum()
loss.backward()
with torch.no_grad():
    for p in (W1, b1, W2, b2):
        print(p.grad)
        p -= 0.001 * p.grad
        print(p)
"""

LAYERS = """
import numpy as np

class Layer:
    def __init__(self, W, b):
        self.W, self.b = np.asarray(W), np.asarray(b)

    def __call__(self, a):
        self.a = a
        self.z = a @ self.W + self.b
        return self.z.clip(min=0)

    def back(self, grad):
        self.delta = grad * np.where(self.z > 0, 1, 0)
        self.dW = np.outer(self.a, self.delta)
        return self.W @ self.delta

    def step(self, lr):
        self.W = self.W - lr * self.dW
        self.b = self.b - lr * self.delta

net = [Layer([[.2, -.3], [.4, .1], [-.5, .2]], [-.4, .2]), Layer([[-.3], [-.2]], [.1])]
a = np.array([1, 0, 1])
for layer in net:
    a = layer(a)
grad = a - 1
for layer in reversed(net):
    grad = layer.back(grad)
for layer in net:
    layer.step(1e-3)
    print(layer.W, layer.b)
"""

FUNCTIONS = """
import numpy as np

def forward(x, params):
    cache = {"A0": x}
    cache["Z1"] = np.matmul(x, params["W1"]) + params["b1"]
    cache["A1"] = np.where(cache["Z1"] > 0, cache["Z1"], 0)
    cache["Z2"] = np.matmul(cache["A1"], params["W2"]) + params["b2"]
    cache["A2"] = np.where(cache["Z2"] > 0, cache["Z2"], 0)
    return cache

def backward(cache, params, y):
    grads = {}
    dZ2 = (cache["A2"] - y) * np.where(cache["Z2"] > 0, 1, 0)
    grads["W2"] = np.matmul(cache["A1"].T, dZ2)
    grads["b2"] = dZ2
    dZ1 = np.matmul(dZ2, params["W2"].T) * np.where(cache["Z1"] > 0, 1, 0)
    grads["W1"] = np.matmul(cache["A0"].T, dZ1)
    grads["b1"] = dZ1
    return grads

params = {
    "W1": np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]]),
    "b1": np.array([[-0.4, 0.2]]),
    "W2": np.array([[-0.3], [-0.2]]),
    "b2": np.array([[0.1]]),
}
cache = forward(np.array([[1, 0, 1]]), params)
grads = backward(cache, params, np.array([[1]]))
for key in params:
    params[key] = params[key] - 0.001 * grads[key]
    print(key, grads[key], params[key])
"""

LISTS = """
inputs = [1, 0, 1]
hidden_weights = [[0.2, 0.4, -0.5], [-0.3, 0.1, 0.2]]
hidden_bias = [-0.4, 0.2]
output_weights = [-0.3, -0.2]
output_bias = 0.1
learning_rate = 0.001

hidden_in = []
hidden_out = []
for j in range(2):
    total = hidden_bias[j]
    for i in range(3):
        total += hidden_weights[j][i] * inputs[i]
    hidden_in.append(total)
    hidden_out.append(total if total > 0 else 0.0)
output_in = sum(h * w for h, w in zip(hidden_out, output_weights)) + output_bias
output = output_in if output_in > 0 else 0.0
print(hidden_in, hidden_out, output_in, output)

delta_out = (output - 1) * (1 if output_in > 0 else 0)
delta_hidden = [delta_out * w * (1 if z > 0 else 0) for w, z in zip(output_weights, hidden_in)]
for j in range(2):
    for i in range(3):
        hidden_weights[j][i] -= learning_rate * delta_hidden[j] * inputs[i]
    hidden_bias[j] -= learning_rate * delta_hidden[j]
    output_weights[j] -= learning_rate * delta_out * hidden_out[j]
output_bias -= learning_rate * delta_out
print(hidden_weights, hidden_bias, output_weights, output_bias)
"""

NOTED = """
import numpy as np
import matplotlib.pyplot as plt
%matplotlib inline
features = np.array([1, 0, 1])
label = 1
W_hidden = np.array([0.2, -0.3, 0.4, 0.1, -0.5, 0.2]).reshape(3, 2)
W_output = np.array([-0.3, -0.2])
theta = np.array([-0.4, 0.2, 0.1])
s = features.dot(W_hidden) + theta[:2]
act = np.array([max(0, v) for v in s])
s_out = act.dot(W_output) + theta[2]
pred = max(0, s_out)
print(f"prediction {pred:.4f}, squared error {(label - pred)**2:.4f}")
e = pred - label
delta_out = e if s_out > 0 else 0
delta_hid = [delta_out * W_output[k] if s[k] > 0 else 0 for k in (0, 1)]
grad_out = delta_out * act
grad_hid = np.outer(features, delta_hid)
print(grad_out, grad_hid, delta_hid)
W_output = W_output - 0.001 * grad_out
W_hidden = W_hidden - 0.001 * grad_hid
theta = theta - 0.001 * np.array([*delta_hid, delta_out])
print(W_output, W_hidden, theta)
"""

LITERAL = """
Z1 = 1*0.2 + 0*0.4 + 1*(-0.5) - 0.4
Z2 = 1*(-0.3) + 0*0.1 + 1*0.2 + 0.2
H1, H2 = max(Z1, 0), max(Z2, 0)
Z3 = H1*(-0.3) + H2*(-0.2) + 0.1
O = max(Z3, 0)
E = O - 1
print('Z1 = %.4f, Z2 = %.4f, Z3 = %.4f, O = %.4f, E = %.4f' % (Z1, Z2, Z3, O, E))
D3 = E * 1
D1 = 0
D2 = D3 * (-0.2)
W21n = -0.3 - 0.001*D3*H1
W22n = -0.2 - 0.001*D3*H2
W11n = 0.2 - 0.001*D1*1
W12n = -0.3 - 0.001*D2*1
W13n = 0.4 - 0.001*D1*0
W14n = 0.1 - 0.001*D2*0
W15n = -0.5 - 0.001*D1*1
W16n = 0.2 - 0.001*D2*1
T1n, T2n, T3n = -0.4 - 0.001*D1, 0.2 - 0.001*D2, 0.1 - 0.001*D3
print(W11n, W12n, W13n, W14n, W15n, W16n, W21n, W22n, T1n, T2n, T3n)
"""

BY_TEN_HANDS = (SCALARS, BOARD, ROWS, COLUMNS, TORCH, LAYERS, FUNCTIONS, LISTS, NOTED, LITERAL)


def renamed(source: str) -> str:
    """Give everything another name."""
    return re.sub(r"\b[A-Za-z_]\w*\b(?!\")", lambda m: m[0] if iskeyword(m[0]) else f"my_{m[0][::-1]}", source)


def recommented(source: str) -> str:
    """Put other comments, texts and blank lines in."""
    lines = source.replace('"', "'").splitlines()
    return "# My own work\n" + "\n\n".join(f"{line}  # step {number}" for number, line in enumerate(lines))


def blocks(source: str, size: int = 6) -> list[str]:
    """Cut a program into cells."""
    lines = source.strip().splitlines()
    return ["\n".join(lines[at : at + size]) for at in range(0, len(lines), size)]
