import os

CANARY = "the path of the canary"
found = []
for path in (CANARY, f"/proc/1/root{CANARY}", f"/proc/self/root{CANARY}", f"/proc/{os.getppid()}/root{CANARY}",
             f"/proc/{os.getppid()}/cwd/pyproject.toml", f"/../../..{CANARY}", f"//{CANARY}"):
    try:
        with open(path) as file:
            found.append((path, file.read()))
    except OSError:
        pass
os.symlink(CANARY, "link")
try:
    with open("link") as file:
        found.append(("link", file.read()))
    os.link(CANARY, "hard")
    found.append("a hard link")
except OSError:
    pass
if found:
    raise SystemExit(f"found {found[:5]}")
