import os
import socket
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        listener = socket.create_server(("127.0.0.1", 41917))
        other = socket.socket(socket.AF_UNIX)
        other.bind("\0backprop-redteam-pair")
        other.listen()
        time.sleep(15)
    os._exit(0)
os.wait()
time.sleep(0.3)
