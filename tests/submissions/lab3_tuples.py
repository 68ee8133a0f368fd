from typing import Tuple

Vector = Tuple[float, ...]


def forward(x: Vector, hidden: Tuple[Vector, Vector], output: Vector, bias: Vector):
    """Returns (z, h, z_out, y_hat)"""
    z = tuple(sum(w * xi for w, xi in zip(row, x)) + t for row, t in zip(hidden, bias[:2]))
    h = tuple(max(0, n) for n in z)
    z_out = sum(w * hi for w, hi in zip(output, h)) + bias[2]
    return z, h, z_out, max(0, z_out)


def backward(x, y, hidden, output, z, h, z_out, y_hat):
    e = y_hat - y
    d_out = e * (z_out > 0)
    d_hid = tuple(d_out * w * (n > 0) for w, n in zip(output, z))
    g_out = tuple(d_out * hi for hi in h)
    g_hid = tuple(tuple(d * xi for xi in x) for d in d_hid)
    return e, d_out, d_hid, g_out, g_hid


x = (1, 0, 1)
y = 1
hidden = ((0.2, 0.4, -0.5), (-0.3, 0.1, 0.2))
output = (-0.3, -0.2)
bias = (-0.4, 0.2, 0.1)
lr = 0.001

state = forward(x, hidden, output, bias)
e, d_out, d_hid, g_out, g_hid = backward(x, y, hidden, output, *state)
loss = e ** 2 / 2
new_hidden = tuple(tuple(w - lr * g for w, g in zip(r, s)) for r, s in zip(hidden, g_hid))
new_output = tuple(w - lr * g for w, g in zip(output, g_out))
new_bias = tuple(b - lr * d for b, d in zip(bias, d_hid + (d_out,)))
print(f"{state=}\n{e=} {loss=}\n{new_hidden=}\n{new_output=}\n{new_bias=}")
