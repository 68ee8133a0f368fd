import locale
import os
import random
import resource
import signal
import time

import numpy as np

os.umask(0o137)
os.chdir("/")
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_NOFILE, (77, 77))
os.nice(7)
os.environ["TZ"] = "Asia/Kathmandu"
time.tzset()
try:
    locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")
except locale.Error:
    pass
random.seed(77)
np.random.seed(77)
