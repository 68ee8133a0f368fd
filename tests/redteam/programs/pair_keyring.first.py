import ctypes

libc = ctypes.CDLL(None)
for keyring in (-3, -4, -5, -2, -1):
    libc.syscall(248, b"user", b"backprop-redteam", b"answers", 7, ctypes.c_long(keyring))
