import os
import sys
import sysconfig

import numpy

CANARY = "the path of the canary"
found = []
for path in (CANARY, os.path.dirname(CANARY) + "/left", numpy.__file__, os.__file__, sys.executable,
             sysconfig.get_paths()["purelib"] + "/backprop_redteam.pth", "/etc/backprop_redteam", "/usr/backprop_redteam"):
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_APPEND | (0 if os.path.exists(path) else os.O_CREAT)))
        found.append(path)
    except OSError:
        pass
try:
    os.chmod(numpy.__file__, 0o666)
    found.append("chmod")
except OSError:
    pass
if found:
    raise SystemExit(f"found {found[:5]}")
