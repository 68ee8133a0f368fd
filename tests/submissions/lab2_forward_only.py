import numpy as np
# LAB TASK 2: single forward pass and the error
x = np.array([1, 0, 1])
y = np.array([1])
Whidden = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])
Woutput = np.array([[-0.3], [-0.2]])
theta = np.array([-0.4, 0.2, 0.1])

Z1 = Whidden[0][0]*x[0] + Whidden[1][0]*x[1] + Whidden[2][0]*x[2] + theta[0]
Z2 = Whidden[0][1]*x[0] + Whidden[1][1]*x[1] + Whidden[2][1]*x[2] + theta[1]
H1 = max(0, Z1)
H2 = max(0, Z2)
Z3 = Woutput[0][0]*H1 + Woutput[1][0]*H2 + theta[2]
y_pred = max(0, Z3)
error = y[0] - y_pred
print("Z1 = %.2f, Z2 = %.2f" % (Z1, Z2))
print("H1 = %.2f, H2 = %.2f" % (H1, H2))
print("Prediction = %.2f, Error = %.2f" % (y_pred, error))
