import numpy as np

nonlin = lambda v, deriv=False: v * (1 - v) if deriv else 1 / (1 + np.exp(-v))

l0 = np.array([[0.05, 0.1]])
y = np.array([[0.01, 0.99]])
syn0 = np.array([[0.15, 0.25], [0.2, 0.3]])
syn1 = np.array([[0.4, 0.5], [0.45, 0.55]])
bias0 = np.array([[0.35, 0.35]])
bias1 = np.array([[0.6, 0.6]])
alpha = 0.5

n1 = l0.dot(syn0) + bias0
l1 = nonlin(n1)
n2 = l1.dot(syn1) + bias1
l2 = nonlin(n2)
l2_error = l2 - y
loss = np.sum(l2_error ** 2) / 2

l2_delta = l2_error * nonlin(l2_error, deriv=True)
l1_delta = l2_delta.dot(syn1.T) * nonlin(l1, deriv=True)
d_syn1 = l1.T.dot(l2_delta)
d_syn0 = l0.T.dot(l1_delta)

syn1 = syn1 - alpha * d_syn1
syn0 = syn0 - alpha * d_syn0
bias1 = bias1 - alpha * l2_delta
bias0 = bias0 - alpha * l1_delta
print("loss:", loss)
print(syn0, syn1, bias0, bias1)
