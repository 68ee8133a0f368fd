"""The parent of warm runs: has NumPy at hand and forks a child for each run, shut off from all others.

This file is run by its path inside of bubblewrap. Its first argument is a socket. On that it gets one message that
says how to begin, then for each run one with three descriptors: a request, and the pipes for report and output. It
answers each with one message, the child's exit status; the message END from outside ends the child. Each child is the
first process of a process namespace of its own, so that whatever it has started ends with it.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
from importlib import import_module
from os.path import basename, dirname

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, NoReturn

LONGEST_MESSAGE = 1 << 16
END = b"end"
REPORT = 3
GLANCE = 0.05
# What a program is likely to import, apart from what it names, and what its limits and its crash are told with.
USUAL = (
    "random", "math", "json", "re", "decimal", "fractions", "dataclasses", "typing", "collections", "copy",
    "numpy.random", "resource", "traceback",
)  # fmt: skip


def main() -> None:
    """Serve until the other end is closed."""
    package = own_package()
    isolation, process, rehearsal, hugepages = (
        import_module(f"{package}.{name}") for name in ("isolation", "process", "rehearsal", "hugepages")
    )
    control = socket.socket(fileno=int(sys.argv[1]))
    first = json.loads(control.recv(LONGEST_MESSAGE))
    isolation.be_nobody()
    isolation.own_namespaces(isolation.CLONE_NEWPID)
    inner = os.fork()
    if inner:
        control.close()
        os.waitpid(inner, 0)
        return
    for name in (*USUAL, *first["modules"]):
        try:
            import_module(name)
        except ImportError:
            if name in first["modules"]:
                raise
    rehearsal.rehearse(first["modules"])
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]
    del sys.path[0]
    gc.collect()
    gc.freeze()
    hugepages.gather()
    Parent(control, bytes.fromhex(first["filter"]), isolation, process).serve()


def own_package() -> str:
    """Let modules beside this one be found as those of a package, whatever name its folder has."""
    folder = sys.path[0]
    sys.path[0] = dirname(folder)  # noqa: PTH120
    return basename(folder)  # noqa: PTH119


class Parent:
    """Forks children, one after the other."""

    def __init__(
        self, control: socket.socket, call_filter: bytes, isolation: ModuleType, process: ModuleType
    ) -> None:
        self.control, self.call_filter = control, call_filter
        self.isolation, self.process = isolation, process
        self.own_processes = os.open("/proc/self/ns/pid_for_children", os.O_RDONLY)
        self.own_memory = memory_of("self")

    def serve(self) -> None:
        """Run what is asked for until the other end is closed."""
        self.control.send(b'{"ready":true}')
        while True:
            message, descriptors, _, _ = socket.recv_fds(self.control, LONGEST_MESSAGE, 3)
            if message == END:
                continue  # the child had ended by itself
            if len(descriptors) != 3:
                return
            limits = json.loads(message)
            self.isolation.unshare(self.isolation.CLONE_NEWPID)
            child = os.fork()
            if child == 0:
                self.run(descriptors, limits)
            self.isolation.enter_process_namespace(self.own_processes)
            for descriptor in descriptors:
                os.close(descriptor)
            ended = self.attend(child, limits["memory"], limits["cpu_seconds"])
            if not self.answer(ended):
                return

    def run(self, descriptors: list[int], limits: dict[str, Any]) -> NoReturn:
        """Be a child: leave everything behind, and run the program."""
        code = 97
        try:
            request, report, output = descriptors
            self.isolation.own_namespaces(
                self.isolation.CLONE_NEWNS
                | self.isolation.CLONE_NEWIPC
                | self.isolation.CLONE_NEWNET
                | self.isolation.CLONE_NEWUTS
            )
            with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:  # noqa: PTH123
                file.write("1000")
            self.isolation.hide(limits["folders"], limits["room"])
            for target, descriptor in enumerate((request, output, output, report)):
                os.dup2(descriptor, target + 100)
            for target in range(4):
                os.dup2(target + 100, target, inheritable=target != REPORT)
            os.closerange(4, 1 << 16)
            os.setsid()
            self.isolation.give_up_rights(self.call_filter)
            self.process.run(REPORT)
        except BaseException as error:
            os.write(2, repr(error).encode())
        finally:
            os._exit(code)

    def attend(self, child: int, memory: int | None, cpu_seconds: int) -> dict[str, Any]:
        """Wait until a child has ended; end it when that is asked for, or when all its processes take too much.

        Nobody but the system can kill it besides: for its time, or when there is no memory left.
        """
        handle = os.pidfd_open(child)
        why = None
        try:
            poll = select.poll()
            poll.register(handle, select.POLLIN)
            poll.register(self.control, select.POLLIN)
            while why is None:
                ready = poll.poll(1000 * GLANCE)
                if any(descriptor == handle for descriptor, _ in ready):
                    break
                if ready:
                    self.control.recv(LONGEST_MESSAGE)
                    why = "asked"
                elif memory is not None and self.memory() > memory:
                    why = "memory"
            if why is not None:
                os.kill(child, signal.SIGKILL)
            _, status, usage = os.wait4(child, 0)
        finally:
            os.close(handle)
        code = os.waitstatus_to_exitcode(status)
        if code == -signal.SIGKILL and why is None:
            why = "timeout" if usage.ru_utime + usage.ru_stime >= cpu_seconds else "memory"
        return {"code": code, "why": why}

    def memory(self) -> int:
        """Return how many bytes the processes of the child have, each beyond those that this one has."""
        names = [name for name in os.listdir("/proc") if name.isdecimal() and name != "1"]  # noqa: PTH208
        return sum(max(0, memory_of(name) - self.own_memory) for name in names)

    def answer(self, ended: dict[str, Any]) -> bool:
        """Tell how a child has ended; return whether somebody is there to be told."""
        try:
            self.control.send(json.dumps(ended).encode())
        except OSError:
            return False
        return True


def memory_of(process: str) -> int:
    """Return how many bytes of memory a process has that are no file's, be they shared with others or not."""
    try:
        with open(f"/proc/{process}/status", "rb") as file:  # noqa: PTH123
            lines = [line.split() for line in file if line.startswith((b"RssAnon:", b"RssShmem:"))]
    except OSError:
        return 0
    return sum(int(number) << 10 for _, number, _ in lines)


if __name__ == "__main__":
    main()
