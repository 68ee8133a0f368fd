"""A filter for the kernel's calls, which refuses those that no lab program needs; libseccomp writes it."""

from __future__ import annotations

import errno
import socket
import sys
from functools import cache
from tempfile import TemporaryFile

from backprop_lab.sandbox.isolation import CLONE_NEWUSER

REFUSED = (
    "acct", "add_key", "bpf", "chroot", "clock_adjtime", "clock_settime", "delete_module", "fanotify_init",
    "finit_module", "fsconfig", "fsmount", "fsopen", "fspick", "init_module", "io_uring_enter",
    "io_uring_register", "io_uring_setup", "ioperm", "iopl", "kcmp", "kexec_file_load", "kexec_load", "keyctl",
    "lookup_dcookie", "mbind", "memfd_create", "memfd_secret", "migrate_pages", "mknod", "mknodat", "mount",
    "mount_setattr", "move_mount", "move_pages", "msgget", "name_to_handle_at", "nfsservctl",
    "open_by_handle_at", "open_tree", "perf_event_open", "pivot_root", "process_vm_readv", "process_vm_writev",
    "ptrace", "quotactl", "reboot", "request_key", "setdomainname", "sethostname", "setns", "settimeofday",
    "shmget", "swapoff", "swapon", "syslog", "umount2", "unshare", "userfaultfd", "vhangup",
)  # fmt: skip
FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6) if sys.platform == "linux" else ()


@cache
def call_filter() -> bytes:
    """Return the filter as the kernel's own instructions; nothing where libseccomp is not there to write one.

    Allowed is what is not refused: namespaces, mounts, tracing, kernel interfaces that had many holes, memory that no
    process's size shows, and sockets other than local and internet ones, which would reach beyond the network
    namespace.
    """
    try:
        import pyseccomp as seccomp
    except (ImportError, OSError, RuntimeError):
        return b""
    calls = seccomp.SyscallFilter(defaction=seccomp.ALLOW)
    refused = seccomp.ERRNO(errno.EPERM)
    for name in REFUSED:
        if seccomp.resolve_syscall(seccomp.Arch.NATIVE, name) >= 0:
            calls.add_rule(refused, name)
    calls.add_rule(refused, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER))
    calls.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")  # its flags cannot be looked at; libc then takes clone
    for family in range(max(FAMILIES) + 64):
        if family not in FAMILIES:
            calls.add_rule(refused, "socket", seccomp.Arg(0, seccomp.EQ, family))
    with TemporaryFile() as file:
        calls.export_bpf(file)
        file.seek(0)
        return file.read()
