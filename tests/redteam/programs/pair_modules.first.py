import builtins
import json
import math
import os
import sys

import numpy as np

for module in (np, np.linalg, builtins, json, math, os, sys):
    module.backprop_redteam = True
np.maximum = np.minimum
math.exp = lambda _: 7.0
sys.meta_path.clear()
sys.path.insert(0, "/tmp")
sys.modules["backprop_redteam"] = sys
os.environ["BACKPROP_REDTEAM"] = "left"
sys.setrecursionlimit(77)
np.set_printoptions(precision=1)
np.seterr(all="raise")
