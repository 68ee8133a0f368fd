"""What a program leaves behind is ended, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backprop_lab.errors import SandboxError
from backprop_lab.sandbox import find_sandbox, open_sandbox
from backprop_lab.sandbox.runner import record
from tests.sandbox.recorded import script, values

DAEMON = """
import os, subprocess, sys
from backprop_lab.sandbox.orphans import adopt_orphans, end_descendants
adopt_orphans()
program = '''
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print(os.getpid(), flush=True)
        time.sleep(600)
'''
done = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
daemon = int(done.stdout.readline())
os.kill(daemon, 0)
done.wait()
end_descendants()
try:
    os.kill(daemon, 0)
except ProcessLookupError:
    print("gone")
"""

OF_TWO_USERS = """
import os, subprocess
from backprop_lab.sandbox.orphans import adopt_orphans, end_descendants
adopt_orphans()
leave = ["sh", "-c", "setsid sleep 600 >/dev/null 2>&1 & echo $!"]
left = [int(subprocess.run(leave, user=user, stdout=subprocess.PIPE).stdout) for user in (65534, None)]
end_descendants(65534)
print([os.path.exists(f"/proc/{process}") for process in left])
end_descendants()
print([os.path.exists(f"/proc/{process}") for process in left])
"""


LEAVING = """
import os, time
reading, writing = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(writing, b"%d" % os.getpid())
        time.sleep(600)
daemon = int(os.read(reading, 20)) * 1
"""


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux")
def test_a_daemon_that_left_its_session_is_ended_and_a_neighbour_is_not() -> None:
    with subprocess.Popen(["sleep", "600"]) as neighbour:
        done = subprocess.run([sys.executable, "-c", DAEMON], capture_output=True, text=True, check=False)
        still_there = neighbour.poll() is None
        neighbour.kill()
    assert (done.stdout, still_there) == ("gone\n", True), done.stderr


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root can become another user")
def test_what_another_user_left_is_ended_and_what_is_our_own_is_not() -> None:
    done = subprocess.run([sys.executable, "-c", OF_TWO_USERS], capture_output=True, text=True, check=False)
    assert done.stdout == "[False, True]\n[False, False]\n", done.stderr


def test_what_a_program_of_another_user_leaves_is_ended_with_its_run_and_nothing_else() -> None:
    try:
        find_sandbox("nobody")
    except SandboxError as error:
        pytest.skip(str(error))

    def found(_: int) -> float | None:
        with open_sandbox("nobody") as sandbox:
            recording = record(script(LEAVING), sandbox=sandbox)
        assert recording.status == "ok", recording.crash
        return values(recording, "daemon")[-1][0]

    with subprocess.Popen(["sleep", "60"]) as neighbour, ThreadPoolExecutor(2) as pool:
        daemons = list(pool.map(found, range(2)))
        assert neighbour.poll() is None
        neighbour.kill()
    assert not [daemon for daemon in daemons if daemon and Path(f"/proc/{daemon:.0f}").exists()]
