import decimal
import fractions

import numpy as np

Z1 = 1e309
Z2 = -1e309
H1 = float('nan')
H2 = 10**1_000_000
Z3 = -(7**100_000)
yhat = 5e-324
E = 0.184 + 0j
delta3 = fractions.Fraction(10**5000, 3)
delta1 = decimal.Decimal('1e999999')
delta2 = decimal.Decimal('sNaN')
dw21 = np.float32('inf')
dw22 = np.longdouble('1e4000')
dtheta3 = np.datetime64('NaT')
dw11 = np.array([np.nan] * 6)
dw12 = [float('inf')] * 6
dw13 = 1 << 2_000_000
dw14 = True
dw15 = 1e309
dw16 = -1e309
dtheta1 = float('nan')
dtheta2 = 10**1_000_000
w11_new = -(7**100_000)
w12_new = 5e-324
w13_new = 0.184 + 0j
w14_new = fractions.Fraction(10**5000, 3)
w15_new = decimal.Decimal('1e999999')
w16_new = decimal.Decimal('sNaN')
theta1_new = np.float32('inf')
theta2_new = np.longdouble('1e4000')
w21_new = np.datetime64('NaT')
w22_new = np.array([np.nan] * 6)
theta3_new = [float('inf')] * 6
