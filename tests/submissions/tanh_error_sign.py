from math import tanh

x = [1, -1]
target = 1
w = [[0.3, -0.2], [-0.4, 0.5]]
theta = [0.1, 0.2]
v = [0.6, -0.3]
theta_o = -0.2
lr = 0.1

z = [x[0]*w[0][0] + x[1]*w[1][0] + theta[0], x[0]*w[0][1] + x[1]*w[1][1] + theta[1]]
h = [tanh(z[0]), tanh(z[1])]
zo = v[0]*h[0] + v[1]*h[1] + theta_o
o = tanh(zo)

error = target - o
loss = error**2

delta_o = 2*error*(1 - o*o)
grad_v = [delta_o*h[0], delta_o*h[1]]
delta_h = [delta_o*v[0]*(1 - h[0]**2), delta_o*v[1]*(1 - h[1]**2)]
grad_w = [[delta_h[0]*x[0], delta_h[1]*x[0]], [delta_h[0]*x[1], delta_h[1]*x[1]]]
grad_theta = delta_h[:]
grad_theta_o = delta_o

v_new = [v[0] - lr*grad_v[0], v[1] - lr*grad_v[1]]
w_new = [[w[i][j] - lr*grad_w[i][j] for j in range(2)] for i in range(2)]
theta_new = [theta[j] - lr*grad_theta[j] for j in range(2)]
theta_o_new = theta_o - lr*grad_theta_o
print(error, loss)
print(w_new, theta_new, v_new, theta_o_new)
