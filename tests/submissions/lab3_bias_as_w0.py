# w_j0 is the bias of neuron j (as in the book)
x1, x2, x3, d = 1, 0, 1, 1
w10, w11, w12, w13 = -0.4, 0.2, 0.4, -0.5
w20, w21, w22, w23 = 0.2, -0.3, 0.1, 0.2
v0, v1, v2 = 0.1, -0.3, -0.2
eta = 0.001
v_1 = w10 + w11*x1 + w12*x2 + w13*x3
v_2 = w20 + w21*x1 + w22*x2 + w23*x3
y1 = max(0, v_1)
y2 = max(0, v_2)
v_3 = v0 + v1*y1 + v2*y2
y3 = max(0, v_3)
e = y3 - d
g3 = e*(v_3 > 0)
g1 = g3*v1*(v_1 > 0)
g2 = g3*v2*(v_2 > 0)
v0n, v1n, v2n = v0 - eta*g3, v1 - eta*g3*y1, v2 - eta*g3*y2
w10n, w11n, w12n, w13n = w10 - eta*g1, w11 - eta*g1*x1, w12 - eta*g1*x2, w13 - eta*g1*x3
w20n, w21n, w22n, w23n = w20 - eta*g2, w21 - eta*g2*x1, w22 - eta*g2*x2, w23 - eta*g2*x3
print(w10n, w11n, w12n, w13n)
print(w20n, w21n, w22n, w23n)
print(v0n, v1n, v2n)
