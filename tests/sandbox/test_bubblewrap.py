"""The real sandbox: what a program may take, what it finds, what it leaves, and what becomes of its parent."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import psutil
import pytest

from backprop_lab.limits import MIB, Limits
from backprop_lab.marking.observations import Recording
from backprop_lab.sandbox import bubblewrap, find_sandbox
from backprop_lab.sandbox.bubblewrap import Bubblewrap, small_folders
from backprop_lab.sandbox.runner import record
from backprop_lab.sandbox.seccomp import call_filter
from backprop_lab.submissions.program import File
from tests.needs import needs, needs_bubblewrap, needs_torch
from tests.sandbox.recorded import script, values

CHECKOUT = Path(__file__).parent.parent.parent
SMALL = Limits(seconds=5.0, cpu_seconds=5, memory=1024 * MIB, file_size=8 * MIB, processes=16, output=MIB)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Bubblewrap]:
    needs_bubblewrap()
    opened = Bubblewrap()
    yield opened
    opened.close()


def run(sandbox: Bubblewrap, text: str, *files: File, **limits: float) -> Recording:
    changed = {name: type(getattr(SMALL, name))(value) for name, value in limits.items()}
    kept = {name: getattr(SMALL, name) for name in SMALL.__struct_fields__}
    return record(script(text, files), sandbox=sandbox, limits=Limits(**(kept | changed)))


def found(sandbox: Bubblewrap, text: str, name: str = "found") -> tuple[float | None, ...]:
    """Return the numbers that a program leaves in a variable."""
    recording = run(sandbox, text)
    assert recording.status == "ok", recording.crash
    return values(recording, name)[-1]


def descendants(sandbox: Bubblewrap) -> list[psutil.Process]:
    (parent,) = sandbox.parents.values()
    return psutil.Process(parent.process.pid).children(recursive=True)


ENDS: dict[str, tuple[str, dict[str, float]]] = {
    "ok": ("v = 0.5 + 1", {}),
    "error": ("v = 0.5 + 1\n1 / 0", {}),
    "a clock": ("v = 0.5 + 1\nimport time\ntime.sleep(60)", {"seconds": 1.0}),
    "a processor": ("v = 0.5 + 1\nwhile True: pass", {"cpu_seconds": 1}),
    "no signal heeded": (
        (
            "v = 0.5 + 1\nimport signal\nfor number in range(1, 32):\n    try:\n"
            "        signal.signal(number, signal.SIG_IGN)\n    except OSError:\n        pass\nwhile True: pass"
        ),
        {"seconds": 1.0},
    ),
    "memory": ("v = 0.5 + 1\nblock = bytearray(2 << 30)", {}),
    "memory of many": (
        (
            "v = 0.5 + 1\nimport os, time\nfor _ in range(8):\n    if os.fork() == 0:\n"
            "        block = bytearray(b'x') * (100 << 20)\n        time.sleep(60)\ntime.sleep(60)"
        ),
        {"memory": 600 * MIB},
    ),
    "shared memory of many": (
        (
            "v = 0.5 + 1\nimport mmap, os, time\nfor _ in range(8):\n    if os.fork() == 0:\n"
            "        block = mmap.mmap(-1, 100 << 20)\n        block.write(b'x' * (100 << 20))\n"
            "        time.sleep(60)\ntime.sleep(60)"
        ),
        {"memory": 600 * MIB},
    ),
    "memory of no process": ("v = 0.5 + 1\nimport os\nos.memfd_create('a')", {}),
    "output": ("v = 0.5 + 1\nwhile True: print('x' * 1000)", {}),
    "a large file": ("v = 0.5 + 1\nwith open('large', 'wb') as file:\n    file.write(bytes(9 << 20))", {}),
    "many files": (
        (
            "v = 0.5 + 1\nfor number in range(20):\n    with open(f'{number}', 'wb') as file:\n"
            "        file.write(bytes(1 << 20))"
        ),
        {},
    ),
    "a fork bomb": (
        "v = 0.5 + 1\nimport os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
        {"seconds": 2.0},
    ),
    "threads": (
        "v = 0.5 + 1\nimport threading, time\nwhile 1:\n    threading.Thread(target=time.sleep, args=(60,)).start()",
        {"seconds": 2.0},
    ),
    "an exit": ("v = 0.5 + 1\nimport os\nos._exit(3)", {}),
    "a signal": ("v = 0.5 + 1\nimport os\nos.abort()", {}),
}
STATUSES = {
    "ok": "ok", "a clock": "timeout", "a processor": "timeout", "no signal heeded": "timeout", "memory": "memory",
    "memory of many": "memory", "shared memory of many": "memory", "output": "output", "a fork bomb": "timeout",
}  # fmt: skip


@pytest.mark.parametrize("name", ENDS)
def test_a_run_ends_within_its_limits_and_leaves_no_process(name: str, sandbox: Bubblewrap) -> None:
    text, limits = ENDS[name]
    run(sandbox, "v = 1")
    before = len(descendants(sandbox))
    recording = run(sandbox, text, **limits)
    assert recording.status == STATUSES.get(name, "error"), recording.crash
    assert values(recording, "v") == [(1.5,)]
    assert len(descendants(sandbox)) == before
    assert run(sandbox, "v = 0.25 * 2").status == "ok"


def test_a_process_limit_is_kept(sandbox: Bubblewrap) -> None:
    text = """
        import os, time
        number = 0
        try:
            while True:
                if os.fork() == 0:
                    time.sleep(60)
                number += 1
        except OSError:
            made = number
    """
    (made,) = values(run(sandbox, text, processes=8), "made")[-1]
    assert made is not None
    assert 1 <= made < 8


def test_files_beside_a_program_are_there_and_those_of_others_are_not(sandbox: Bubblewrap) -> None:
    text = "import os\nfound = [len(os.listdir('.')), len(open('data/a.txt').read())]"
    recording = run(sandbox, text, File("data/a.txt", b"12345"), File("b.txt", b""))
    assert values(recording, "found")[-1] == (2, 5)
    assert found(sandbox, "import os\nfound = [len(os.listdir('.')), len(os.listdir('/work'))]") == (0, 1)


def test_files_beside_a_program_take_no_room_from_what_it_may_write(sandbox: Bubblewrap) -> None:
    text = "import os\nopen('new', 'wb').write(bytes(2**20))\nfound = [len(os.listdir('.')), os.path.getsize('new')]"
    recording = run(sandbox, text, *(File(f"{number}.txt", bytes(4097)) for number in range(256)), file_size=MIB)
    assert values(recording, "found")[-1] == (257, MIB)


def are_open(numbers: range) -> list[bool]:
    """Tell which descriptors of this process are open."""

    def is_open(number: int) -> bool:
        try:
            os.fstat(number)
        except OSError:
            return False
        return True

    return list(map(is_open, numbers))


def test_a_run_for_which_there_are_too_few_descriptors_leaves_none_open(sandbox: Bubblewrap) -> None:
    resource = pytest.importorskip("resource")
    assert run(sandbox, "w = 0.5").status == "ok"
    before = are_open(range(1000))
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = [number for number, is_taken in enumerate(before) if not is_taken]
    resource.setrlimit(resource.RLIMIT_NOFILE, (free[4], limits[1]))  # a request, a pipe, and half of another
    try:
        with pytest.raises(OSError, match="Too many open files"):
            run(sandbox, "w = 0.5")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert are_open(range(1000)) == before
    assert run(sandbox, "w = 0.5").status == "ok"


LEAVING = """
    import ctypes, os, socket, sys, time
    import numpy as np
    places = 0
    for place, folders, files in os.walk("/"):
        if place.count("/") > 3:
            folders.clear()
            continue
        try:
            with open(os.path.join(place, "left-behind"), "w") as file:
                places += 1
        except OSError:
            pass
    libc = ctypes.CDLL(None)
    libc.shmget(0x5EED, 4096, 0o1666)
    libc.semget(0x5EED, 1, 0o1666)
    open("/dev/shm/left-behind", "w").close()
    np.maximum = np.minimum
    sys.modules["left_behind"] = sys
    os.environ["LEFT"] = "behind"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("\\0left-behind")
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)
    found = places
"""
LOOKING = """
    import ctypes, os, socket, sys
    import numpy as np
    libc = ctypes.CDLL(None)
    left = 0
    for place, folders, files in os.walk("/"):
        left += "left-behind" in files
        if place.count("/") > 3:
            folders.clear()
    probe = socket.socket(socket.AF_UNIX)
    found = [
        left, libc.shmget(0x5EED, 4096, 0) >= 0, libc.semget(0x5EED, 1, 0) >= 0, np.maximum is np.minimum,
        "left_behind" in sys.modules, "LEFT" in os.environ, probe.connect_ex("\\0left-behind") == 0,
        os.getpid() - 1,
    ]
    found = [float(number) for number in found]
"""


def test_nothing_survives_from_one_run_to_the_next(sandbox: Bubblewrap) -> None:
    (places,) = found(sandbox, LEAVING)
    assert places == 1 + len(small_folders()), "its own folder, and those that every child has of its own"
    assert found(sandbox, LOOKING) == (0,) * 8


def test_nothing_of_the_machine_is_to_be_seen(sandbox: Bubblewrap, tmp_path: Path) -> None:
    canary = tmp_path / "other.txt"
    canary.write_text("of another student")
    python = [Path(sys.base_prefix), Path(sys.prefix)]
    home = [path for path in Path.home().iterdir() if not any(part.is_relative_to(path) for part in python)]
    hidden = [canary, CHECKOUT / "README.md", Path("/etc/passwd"), Path("/etc/shadow"), Path("/var/log"), *home[:50]]
    with socket.create_server(("127.0.0.1", 0)) as server:
        text = f"""
            import os, socket
            seen = [os.path.lexists(path) for path in {[str(path) for path in hidden]}]
            try:
                from backprop_lab.engine import network
                usable = 1
            except ImportError:
                usable = 0
            probe = socket.socket()
            reached = probe.connect_ex(("127.0.0.1", {server.getsockname()[1]})) == 0
            found = [sum(seen), usable, reached, len(os.listdir("/proc")), len(os.environ.get("HOME", "")) - 5]
            found = [float(number) for number in found]
        """
        assert found(sandbox, dedent(text)) == (0,) * 5


def test_no_rights_are_left_and_none_can_be_had(sandbox: Bubblewrap) -> None:
    needs(bool(call_filter()), "libseccomp is not installed")
    text = """
        import ctypes, errno, os, socket
        libc = ctypes.CDLL(None, use_errno=True)
        def refused(result):
            return result == -1 and ctypes.get_errno() == errno.EPERM
        def no_socket(family):
            try:
                socket.socket(family, socket.SOCK_RAW if family == 16 else socket.SOCK_DGRAM)
            except PermissionError:
                return True
            return False
        capabilities = (ctypes.c_uint32 * 6)()
        libc.capget((ctypes.c_uint32 * 2)(0x20080522, 0), capabilities)
        made = [
            refused(libc.unshare(0x10000000)), refused(libc.mount(b"none", b"/tmp", b"tmpfs", 0, None)),
            refused(libc.ptrace(0, 0, 0, 0)), no_socket(16), no_socket(17), refused(libc.setns(0, 0)),
            libc.prctl(39, 0, 0, 0, 0) == 1, libc.prctl(21, 0, 0, 0, 0) == 2, not any(capabilities),
            os.getuid() != 0, os.geteuid() != 0,
        ]
        found = [float(one) for one in made]
    """
    assert found(sandbox, text) == (1,) * 11


def test_a_parent_that_was_killed_is_replaced(sandbox: Bubblewrap) -> None:
    run(sandbox, "v = 1")
    (parent,) = sandbox.parents.values()
    parent.process.kill()
    assert values(run(sandbox, "v = 0.5 + 1"), "v") == [(1.5,)]
    (other,) = sandbox.parents.values()
    assert other is not parent
    assert parent.process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("which", [0, -1])
def test_a_run_whose_parent_is_killed_is_repeated(which: int, sandbox: Bubblewrap) -> None:
    run(sandbox, "v = 1")
    (parent,) = sandbox.parents.values()
    before = {process.pid for process in descendants(sandbox)}

    def kill_when_it_runs() -> None:
        while before == (now := {process.pid for process in descendants(sandbox)}):
            pass
        assert now > before
        (psutil.Process(parent.process.pid) if which == 0 else psutil.Process(max(before))).kill()

    killer = threading.Thread(target=kill_when_it_runs)
    killer.start()
    recording = run(sandbox, "v = 0.5 + 1\nimport time\ntime.sleep(1)\nu = v * 2")
    killer.join()
    assert (recording.status, values(recording, "u")) == ("ok", [(3.0,)])
    assert sandbox.parents.get(("numpy",)) not in (None, parent)


def test_a_parent_that_was_stopped_is_replaced(sandbox: Bubblewrap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap, "SECONDS_TO_ANSWER", 0.5)
    run(sandbox, "v = 1")
    (parent,) = sandbox.parents.values()
    for process in descendants(sandbox):
        process.suspend()
    assert values(run(sandbox, "v = 0.5 + 1", seconds=2.0), "v") == [(1.5,)]
    assert sandbox.parents.get(("numpy",)) not in (None, parent)


def test_a_sandbox_that_is_closed_leaves_no_process() -> None:
    needs_bubblewrap()
    opened = Bubblewrap()
    run(opened, "v = 1")
    processes = descendants(opened)
    assert processes
    opened.close()
    assert psutil.wait_procs(processes, timeout=20)[1] == []


def test_a_program_that_imports_torch_has_it_at_hand(sandbox: Bubblewrap) -> None:
    needs_torch()
    text = "import torch\nw = torch.tensor([0.5, 1.5])\nv = w * 2"
    recording = run(sandbox, text, memory=8 << 30)
    assert (recording.status, values(recording, "v")) == ("ok", [(1.0, 3.0)])
    assert set(sandbox.parents) == {("numpy",), ("numpy", "torch")}
    sandbox.parents.pop(("numpy", "torch")).close()


def test_the_sandbox_that_works_here_is_found() -> None:
    needs_bubblewrap()
    assert find_sandbox("auto") == find_sandbox("bubblewrap") == "bubblewrap"


def closed_above(path: Path) -> Path | None:
    """Return the outermost folder above a path that is closed to other users."""
    return next((above for above in reversed(path.parents) if not above.stat().st_mode & 0o001), None)


def opened_to_all(paths: list[Path]) -> str:
    """Return a script that lets everybody reach these paths, in a mount namespace of its own."""
    closed = {path: above for path in paths if (above := closed_above(path)) is not None}
    script = "set -e\nmount -t tmpfs -o mode=755 none /mnt\n"
    places = {above: Path(f"/mnt/{number}") for number, above in enumerate(sorted(set(closed.values())))}
    for path, above in closed.items():
        through = shlex.quote(str(places[above] / path.relative_to(above)))
        script += f"mkdir -p {through} && mount --bind {shlex.quote(str(path))} {through}\n"
    return script + "".join(f"mount --rbind {place} {shlex.quote(str(above))}\n" for above, place in places.items())


def test_where_the_kernel_forbids_namespaces_the_setting_and_a_container_are_named(tmp_path: Path) -> None:
    needs_bubblewrap()
    (tmp_path / "handed_in" / "ana").mkdir(parents=True)
    (tmp_path / "handed_in" / "ana" / "lab.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    grade = f"exec {sys.executable} -m backprop_lab grade lab_task_3 handed_in --out out"
    done = subprocess.run(
        ["unshare", "-Ur", "sh", "-c", f"echo 0 >/proc/sys/user/max_user_namespaces && {grade}"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert "sudo sysctl -w user.max_user_namespaces=10000" in done.stderr
    assert "--sandbox container" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["handed_in"]


def test_all_of_this_holds_for_an_ordinary_user_too() -> None:
    needs_bubblewrap()
    if os.getuid() != 0:
        pytest.skip("this is an ordinary user already")
    needs(shutil.which("setpriv") is not None and shutil.which("unshare") is not None, "util-linux is not installed")
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        str(Path(__file__)),
        "-k",
        "not ordinary",
    ]
    needed = [Path(sys.base_prefix).resolve(), CHECKOUT, Path(sys.prefix)]
    lines = f"""{opened_to_all(needed)}
        export HOME=/mnt/home PYTHONDONTWRITEBYTECODE=1
        mkdir -m 777 $HOME && cd $HOME
        exec setpriv --reuid 1000 --regid 1000 --clear-groups {shlex.join(words)} --rootdir={CHECKOUT} \\
            -c {CHECKOUT}/pyproject.toml --basetemp=$HOME/base
    """
    done = subprocess.run(["unshare", "-m", "sh", "-c", lines], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
