"""What to do where bubblewrap does not start: which setting of this computer forbids it, and how to change that."""

from __future__ import annotations

from pathlib import Path

CONTAINER = "or use a container engine: --sandbox container"
SETTINGS = {
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": (
        "1",
        "AppArmor forbids user namespaces to programs without a profile, as Ubuntu does from 24.04 on",
        "kernel.apparmor_restrict_unprivileged_userns=0",
    ),
    "/proc/sys/kernel/unprivileged_userns_clone": (
        "0",
        "the kernel forbids user namespaces to ordinary users",
        "kernel.unprivileged_userns_clone=1",
    ),
    "/proc/sys/user/max_user_namespaces": (
        "0",
        "the kernel allows no user namespaces",
        "user.max_user_namespaces=10000",
    ),
}
IN_CONTAINERS = ("/.dockerenv", "/run/.containerenv")
FORBIDDEN = ("Operation not permitted", "Permission denied", "No permissions", "No space left on device", "Errno 1]")


def advice(errors: str) -> str:
    """Return what bubblewrap's own words on its failure mean here, in one line."""
    said = " ".join(errors.split("\n")[-2 if errors.endswith("\n") else -1].split())[:300]
    found = f"bubblewrap does not start ({said or 'it says nothing'})"
    if not any(word in errors for word in FORBIDDEN):
        return f"{found}; {CONTAINER}"
    for path, (value, words, setting) in SETTINGS.items():
        if _setting(path) == value:
            allow = f"allow them with `sudo sysctl -w {setting}` (in /etc/sysctl.d/ it lasts)"
            return f"{found}: {words}; {allow}; {CONTAINER}"
    if any(Path(path).exists() for path in IN_CONTAINERS):
        return (
            f"{found}: this is a container that may not make namespaces; start it with --privileged, or with"
            " --security-opt seccomp=unconfined --security-opt apparmor=unconfined --cap-add SYS_ADMIN"
        )
    return f"{found}: this system does not let it make namespaces; {CONTAINER}"


def _setting(path: str) -> str:
    try:
        return Path(path).read_text("ascii").strip()
    except OSError:
        return ""
