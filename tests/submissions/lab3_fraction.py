from fractions import Fraction as F

x = [F(1), F(0), F(1)]
y = F(1)
W = [[F("0.2"), F("-0.3")], [F("0.4"), F("0.1")], [F("-0.5"), F("0.2")]]
V = [F("-0.3"), F("-0.2")]
t = [F("-0.4"), F("0.2"), F("0.1")]
a = F("0.001")

Z = [sum(x[i] * W[i][j] for i in range(3)) + t[j] for j in range(2)]
H = [max(F(0), z) for z in Z]
Z3 = sum(v * h for v, h in zip(V, H)) + t[2]
yhat = max(F(0), Z3)
E = yhat - y
L = E * E / 2

d3 = E * (Z3 > 0)
d = [d3 * V[j] * (Z[j] > 0) for j in range(2)]
dV = [d3 * h for h in H]
dW = [[x[i] * d[j] for j in range(2)] for i in range(3)]

Vn = [v - a * g for v, g in zip(V, dV)]
Wn = [[W[i][j] - a * dW[i][j] for j in range(2)] for i in range(3)]
tn = [t[0] - a * d[0], t[1] - a * d[1], t[2] - a * d3]
for label, thing in [("Z", Z), ("H", H), ("V'", Vn), ("t'", tn)]:
    print(label, *thing)
print("L =", L)
print(*[str(w) for row in Wn for w in row])
