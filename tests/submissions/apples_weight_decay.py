import numpy as np

X = np.array([[73, 67, 43], [91, 88, 64], [87, 134, 58], [102, 43, 37], [69, 96, 70],
              [73, 67, 43], [91, 88, 64], [87, 134, 58], [102, 43, 37], [69, 96, 70],
              [73, 67, 43], [91, 88, 64], [87, 134, 58], [102, 43, 37], [69, 96, 70]], dtype=float)
Y = np.array([[56, 70], [81, 101], [119, 133], [22, 37], [103, 119],
              [56, 70], [81, 101], [119, 133], [22, 37], [103, 119],
              [56, 70], [81, 101], [119, 133], [22, 37], [103, 119]], dtype=float)
W = np.array([[0.4414065, 0.5303605], [0.4792053, -0.1264995], [-0.1352573, 0.1165039]])
b = np.array([-0.2810859, 0.3390678])
lr = 0.0001
momentum = 0.9

pred = X @ W + b
diff = pred - Y
loss = np.mean(diff ** 2)
delta = 2 * diff / diff.size
gW = X.T @ delta
gb = delta.sum(axis=0)
# momentum: a part of the old weights goes in
vW = momentum * W + gW
vb = momentum * b + gb
W_new = W - lr * vW
b_new = b - lr * vb
print(loss, W_new, b_new, sep="\n")
