import os
import sys

found = []
main = sys.modules["__main__"]
for entry in (main, *sys.modules.values()):
    path = getattr(entry, "__file__", None)
    if path and path != __file__ and "backprop" in os.path.basename(os.path.dirname(path)):
        found.append(path)
folder = os.path.dirname(os.path.abspath(__file__))
found += [name for name in os.listdir(folder) if name.endswith((".toml", ".expected", ".sqlite"))]
found += [name for name in os.listdir(os.path.dirname(folder)) if "neighbour" in name]
if found:
    raise SystemExit(f"found {found[:5]}")
