import os
import time

WORDS = (b"backprop-lab-canary", b"half_squared_error", b"Laboratory Task 3")
NAMES = ("lab_task_3.toml", "gradebook.sqlite", "gradebook.csv", "results.jsonl", "neighbour.txt", "checking.py")
found = []
end = time.monotonic() + 1.5
for top in (".", "..", "../..", os.path.expanduser("~"), "/tmp", "/var/tmp", "/dev/shm", "/root", "/home", "/work",
            "/run", "/srv", "/mnt", "/media", "/opt", "/"):
    for folder, folders, names in os.walk(top):
        if folder.startswith(("/proc", "/sys", "/usr/share", "/usr/src")) or folder.count("/") > 6:
            folders.clear()
        found += [f"{folder}/{name}" for name in names if name in NAMES]
        for name in names:
            path = f"{folder}/{name}"
            try:
                if name.endswith((".toml", ".txt", ".json", ".csv")) and os.path.getsize(path) < 100_000:
                    with open(path, "rb") as file:
                        data = file.read()
                    found += [path for word in WORDS if word in data]
            except OSError:
                pass
        if time.monotonic() > end:
            break
leaks = len(found)
print(leaks, found[:5])
if found:
    raise SystemExit(f"found {found[:5]}")
