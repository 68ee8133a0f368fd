import ctypes
from multiprocessing import resource_tracker, shared_memory

libc = ctypes.CDLL(None)
libc.shmget(0x5EED, 4096, 0o1666)
libc.semget(0x5EED, 1, 0o1666)
libc.msgget(0x5EED, 0o1666)
try:
    libc.mq_open(b"/backprop-redteam", 0o102, 0o666, None)
    block = shared_memory.SharedMemory("backprop-redteam-shm", create=True, size=64)
    resource_tracker.unregister(block._name, "shared_memory")
except (OSError, AttributeError):
    pass
