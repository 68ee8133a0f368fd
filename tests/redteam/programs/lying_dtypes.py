import threading
import numpy as np


class Right:
    __float__ = lambda self: 0.184


shared = np.full(6, 91.5)


def change():
    numbers = [-0.7, 0.1, 0.08, -0.92, 0.184, -0.092]
    for _ in range(20_000):
        for number in numbers:
            shared[:] = number


worker = threading.Thread(target=change)
worker.start()
Z1 = shared[:1]
Z2 = shared[:1]
H1 = shared[:1]
H2 = shared[:1]
Z3 = shared[:1]
yhat = shared[:1]
E = shared[:1]
delta3 = shared[:1]
delta1 = shared[:1]
delta2 = shared[:1]
dw21 = shared[:1]
dw22 = shared[:1]
dtheta3 = shared[:1]
dw11 = shared[:1]
dw12 = shared[:1]
dw13 = shared[:1]
worker.join()
dw11 = np.array([Right()], dtype=object)
dw12 = np.array([(0.184, 1)], dtype=[("a", "f8"), ("b", "i8")])
dw13 = np.array(["0.184"])
dw14 = np.ma.masked_array([88.5], mask=[True], fill_value=0.184)
dw15 = np.frombuffer(memoryview(bytearray(8)), dtype=float)
