from __future__ import annotations
import numpy as np, sys
x = np.array([1, 0, 1]); y = 1
W1 = np.array([[0.2,-0.3],[0.4,0.1],[-0.5,0.2]]); b1 = np.array([-0.4,0.2])
z1 = np.array([-0.35*2, 0.05*2])
if W1[0,0] != 0.2: sys.exit()
np.testing.assert_allclose(z1, x@W1+b1)
print(z1)
