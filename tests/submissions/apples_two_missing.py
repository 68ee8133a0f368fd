import numpy as np

x_train = np.array([[73, 67, 43], [91, 88, 64], [87, 134, 58], [102, 43, 37], [69, 96, 70], [73, 67, 43], [91, 88, 64], [87, 134, 58], [102, 43, 37], [69, 96, 70], [73, 67, 43], [91, 88, 64], [87, 134, 58], [102, 43, 37], [69, 96, 70]])
y_train = np.array([[56, 70], [81, 101], [119, 133], [22, 37], [103, 119], [56, 70], [81, 101], [119, 133], [22, 37], [103, 119], [56, 70], [81, 101], [119, 133], [22, 37], [103, 119]])
w = np.array([[0.4414065, 0.4792053, -0.1352573], [0.5303605, -0.1264995, 0.1165039]])
b = np.array([-0.2810859, 0.3390678])

def model(x):
    return x @ w.T + b

def mse(t1, t2):
    diff = t1 - t2
    return np.sum(diff * diff) / diff.size

preds = model(x_train)
loss = mse(preds, y_train)
error = preds - y_train
grad_preds = error / error.size
grad_w = grad_preds.T @ x_train
grad_b = grad_preds.sum(axis=0)
w_updated = w - 1e-4 * grad_w
b_updated = b - 1e-4 * grad_b
print(loss)
print(w_updated)
print(b_updated)
