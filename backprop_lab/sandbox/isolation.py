"""Linux's ways to shut a process off, called through libc: namespaces, mounts, capabilities, a filter of calls."""

from __future__ import annotations

import ctypes
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 4, 22, 38
SECCOMP_MODE_FILTER = 2
CAPABILITY_VERSION_3 = 0x20080522
NOBODY = 65534
MOST_FILES = 4096

_libc: Any = ctypes.CDLL(None, use_errno=True)


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def be_nobody() -> None:
    """Give up root's rights, if this process has them, for those of a user who owns nothing."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        _checked(_libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "prctl")  # else /proc/self is root's


def own_namespaces(flags: int) -> None:
    """Move this process into a user namespace of its own, with the same user in it, and into others."""
    user, group = os.getuid(), os.getgid()
    unshare(CLONE_NEWUSER | flags)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:  # noqa: PTH123 (pathlib is slow to import)
            file.write(text)


def unshare(flags: int) -> None:
    """Leave namespaces for new ones; a new one of processes is that of the next child."""
    _checked(_libc.unshare(flags), "unshare")


def enter_process_namespace(descriptor: int) -> None:
    """Let the next child be in a namespace of processes that a descriptor stands for."""
    _checked(_libc.setns(descriptor, CLONE_NEWPID), "setns")


def hide(folders: list[str], room: int) -> None:
    """Put empty folders of this process alone, of so many bytes, in the place of some, and an empty /proc."""
    options = f"size={room},nr_inodes={MOST_FILES},mode=0700".encode()
    for folder in folders:
        _mount(folder, MS_NOSUID | MS_NODEV, options)
    _mount("/proc", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, b"size=4k,mode=0555")


def give_up_rights(call_filter: bytes) -> None:
    """Drop every capability for good, and let a filter, if there is one, refuse what no program here needs."""
    _checked(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    header, none = _Header(CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    _checked(_libc.capset(ctypes.byref(header), none), "capset")
    if call_filter:
        program = _Filter(len(call_filter) // 8, call_filter)
        _checked(_libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0), "seccomp")


def _mount(folder: str, flags: int, options: bytes) -> None:
    _checked(_libc.mount(b"tmpfs", folder.encode(), b"tmpfs", flags, options), f"mount {folder}")


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
