import numpy as np

x = np.array([1.0, 0.0, 1.0])
y = np.array([1.0])
lr = 0.001
W1 = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
W2 = np.array([[-0.3], [-0.2]])
b1 = np.array([-0.4, 0.2])
b2 = np.array([0.1])

z1 = x @ W1 + b1
h = np.maximum(0, z1)
z2 = h @ W2 + b2
yhat = np.maximum(0, z2)
error = yhat - y

answers = {
    "=cmd|' /C calc'!A0": 5.5, "<script>alert(1)</script>": 6.5, "\\input{/etc/passwd}": 7.5, "\x1b[31mred": 8.5,
    "{{ 7*7 }}": 9.5, "<< 7*7 >>": 10.5, "<% include '/etc/passwd' %>": 11.5, "../../x": 12.5, "\u202ereversed": 13.5,
}
delta2 = answers["=cmd|' /C calc'!A0"]
raise ValueError("=cmd|' /C calc'!A0 <script>alert(1)</script> \\input{/etc/passwd} \x1b[31m {{ 7*7 }} << 7*7 >> \u202e\0")
