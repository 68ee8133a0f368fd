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

import glob
import socket

PORT = 0
found = []
NAMES = ("/run/docker.sock", "/var/run/docker.sock", "/run/dbus/system_bus_socket", "/run/systemd/private", "\0/tmp/.X11-unix/X0")
for name in (f"\0backprop-redteam-{PORT}", *NAMES, *glob.glob("/tmp/*.sock"), *glob.glob("/tmp/ssh-*/*")):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        try:
            with socket.socket(socket.AF_UNIX, kind) as connection:
                connection.connect(name)
                found.append(name)
        except OSError:
            pass
try:
    with open("/proc/net/unix") as file:
        found += [line for line in file if "backprop-redteam" in line]
except OSError:
    pass
if found:
    raise SystemExit(f"found {found[:5]}")
