import os
import stat

found = []
for number in range(1024):
    try:
        mode = os.fstat(number).st_mode
    except OSError:
        continue
    kind = stat.S_IFMT(mode)
    if kind == stat.S_IFDIR:
        found.append(f"{number}: a folder")
    if kind == stat.S_IFREG:
        os.set_blocking(number, False)
        try:
            data = os.pread(number, 1 << 20, 0)
        except OSError:
            continue
        found += [f"{number}: {word!r}" for word in (b"canary", b"SQLite", b"moves", b"cells", b"lab_task") if word in data]
if found:
    raise SystemExit(f"found {found[:5]}")
