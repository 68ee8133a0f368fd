import math

# my tanh net
x1, x2 = 1.0, -1.0
y = 1.0
rate = 0.1
a, b, c, d = 0.3, -0.2, -0.4, 0.5      # x1->h1, x1->h2, x2->h1, x2->h2
bias1, bias2 = 0.1, 0.2
e, f = 0.6, -0.3
bias3 = -0.2

s1 = a*x1 + c*x2 + bias1
s2 = b*x1 + d*x2 + bias2
h1 = math.tanh(s1)
h2 = math.tanh(s2)
s3 = e*h1 + f*h2 + bias3
out = math.tanh(s3)
diff = out - y
sq = diff**2
print("out", out, "squared error", sq)

g3 = 2*diff*(1 - out**2)
ge = g3*h1
gf = g3*h2
gbias3 = g3
g1 = g3*e*(1 - h1**2)
g2 = g3*f*(1 - h2**2)
ga, gb = g1*x1, g2*x1
gc, gd = g1*x2, g2*x2
gbias1, gbias2 = g1, g2

# move along the gradient
a_new = a + rate*ga
b_new = b + rate*gb
c_new = c + rate*gc
d_new = d + rate*gd
e_new = e + rate*ge
f_new = f + rate*gf
bias1_new = bias1 + rate*gbias1
bias2_new = bias2 + rate*gbias2
bias3_new = bias3 + rate*gbias3
print(a_new, b_new, c_new, d_new, e_new, f_new, bias1_new, bias2_new, bias3_new)
