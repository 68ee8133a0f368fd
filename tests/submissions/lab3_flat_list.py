# all the numbers in one list, so I only have to type them once
data = [1, 0, 1,                                  # x
        0.2, -0.3, 0.4, 0.1, -0.5, 0.2,           # hidden weights
        -0.3, -0.2,                               # output weights
        -0.4, 0.2, 0.1,                           # theta
        1, 0.001]                                 # y, learning rate
x = data[0:3]
w = data[3:9]
v = data[9:11]
th = data[11:14]
y, lr = data[14], data[15]

z = [0, 0]
h = [0, 0]
for j in range(2):
    s = th[j]
    for i in range(3):
        s += x[i] * w[2 * i + j]
    z[j] = s
    h[j] = s if s > 0 else 0
zo = v[0] * h[0] + v[1] * h[1] + th[2]
o = zo if zo > 0 else 0
e = o - y
half_sq = 0.5 * e * e

do = e if zo > 0 else 0
dh = [do * v[j] if z[j] > 0 else 0 for j in range(2)]
gv = [do * h[j] for j in range(2)]
gw = [dh[j] * x[i] for i in range(3) for j in range(2)]
gth = [dh[0], dh[1], do]

w2 = [a - lr * b for a, b in zip(w, gw)]
v2 = [a - lr * b for a, b in zip(v, gv)]
th2 = [a - lr * b for a, b in zip(th, gth)]
print(z, h, zo, o, e, half_sq)
print(w2, v2, th2)
