import ctypes
import os
import socket

libc = ctypes.CDLL(None)
for number in range(3, 256):
    try:
        os.write(number, b"backprop-redteam\n")
        os.set_inheritable(number, True)
    except OSError:
        pass
libc.prctl(1, 0, 0, 0, 0)
