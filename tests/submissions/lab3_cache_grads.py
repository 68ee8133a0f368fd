import numpy as np

params = {
    "W1": np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]]),
    "b1": np.array([-0.4, 0.2]),
    "W2": np.array([[-0.3], [-0.2]]),
    "b2": np.array([0.1]),
}

def forward(x, p):
    cache = {"A0": x}
    cache["Z1"] = x @ p["W1"] + p["b1"]
    cache["A1"] = np.maximum(0, cache["Z1"])
    cache["Z2"] = cache["A1"] @ p["W2"] + p["b2"]
    cache["A2"] = np.maximum(0, cache["Z2"])
    return cache["A2"], cache

def backward(y, p, cache):
    grads = {}
    grads["dA2"] = cache["A2"] - y
    grads["dZ2"] = grads["dA2"] * (cache["Z2"] > 0)
    grads["dW2"] = cache["A1"].T @ grads["dZ2"]
    grads["db2"] = np.sum(grads["dZ2"], axis=0)
    grads["dZ1"] = (grads["dZ2"] @ p["W2"].T) * (cache["Z1"] > 0)
    grads["dW1"] = cache["A0"].T @ grads["dZ1"]
    grads["db1"] = np.sum(grads["dZ1"], axis=0)
    return grads

def update(p, grads, lr=0.001):
    for k in ("W1", "b1", "W2", "b2"):
        p[k] = p[k] - lr * grads["d" + k]
    return p

x = np.array([[1, 0, 1]])
y = np.array([[1]])
yhat, cache = forward(x, params)
cost = float(0.5 * np.sum((yhat - y) ** 2))
grads = backward(y, params, cache)
params = update(params, grads)
print("yhat =", yhat, "cost =", cost)
for k, v in {**grads, **params}.items():
    print(k, "=\n", v)
