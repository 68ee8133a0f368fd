def relu(z): return max(0, z)
def relu_d(z): return 1 if z > 0 else 0
x1, x2, x3, y, lr = 1, 0, 1, 1, 0.001
w11, w12, w13, w14, w15, w16, w21, w22 = 0.2, -0.3, 0.4, 0.1, -0.5, 0.2, -0.3, -0.2
t1, t2, t3 = -0.4, 0.2, 0.1
z1 = w11*x1 + w13*x2 + w15*x3 + t1
z2 = w12*x1 + w14*x2 + w16*x3 + t2
h1, h2 = relu(z1), relu(z2)
z3 = w21*h1 + w22*h2 + t3
o = relu(z3)
err = o - y
d3 = err * relu_d(z3)
d1 = d3 * relu_d(z1)
d2 = d3 * relu_d(z2)
grads = {
    "w21": d3*h1, "w22": d3*h2, "t3": d3,
    "w11": d1*x1, "w13": d1*x2, "w15": d1*x3, "t1": d1,
    "w12": d2*x1, "w14": d2*x2, "w16": d2*x3, "t2": d2,
}
old = dict(w11=w11, w12=w12, w13=w13, w14=w14, w15=w15, w16=w16, w21=w21, w22=w22, t1=t1, t2=t2, t3=t3)
new = {k: old[k] - lr*grads[k] for k in old}
for k, v in new.items():
    print(k, round(v, 6))
