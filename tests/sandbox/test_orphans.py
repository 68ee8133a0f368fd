"""What a program leaves behind is ended, and nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest

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


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux")
def test_a_daemon_that_left_its_session_is_ended_and_a_neighbour_is_not() -> None:
    with subprocess.Popen(["sleep", "600"]) as neighbour:
        done = subprocess.run([sys.executable, "-c", DAEMON], capture_output=True, text=True, check=False)
        still_there = neighbour.poll() is None
        neighbour.kill()
    assert (done.stdout, still_there) == ("gone\n", True), done.stderr
