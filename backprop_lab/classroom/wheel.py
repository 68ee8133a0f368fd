"""This package as a wheel, made of what is running, so that it can be installed elsewhere as it is here."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterator
from hashlib import sha256
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from io import BytesIO
from pathlib import Path

from backprop_lab.classroom.packing import pack
from backprop_lab.errors import ClassroomError
from backprop_lab.resources import folder

PACKAGE = Path(__file__).parent.parent
NAME = "backprop-lab"
_METADATA = ("METADATA", "WHEEL", "entry_points.txt", "licenses/LICENSE")
_DATA = ("templates", "tasks")
_EXTRA = re.compile(r"""\bextra\s*==\s*["']([^"']+)["']""")


def own_wheel() -> tuple[str, bytes]:
    """Return the name and the content of a wheel of this package; the same code makes the same bytes.

    Raises ClassroomError where the package is not installed, for then nobody knows what it requires.
    """
    own = _own()
    module = NAME.replace("-", "_")
    info = f"{module}-{own.version}.dist-info"
    members = {f"{module}/{name}": path.read_bytes() for name, path in _files()}
    for name in _METADATA:
        text = own.read_text(name)
        if text is not None:
            members[f"{info}/{name}"] = text.encode()
    members = dict(sorted(members.items()))
    record = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in members.items()]
    members[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    wheel = BytesIO()
    pack(wheel, members.items())
    return f"{module}-{own.version}-py3-none-any.whl", wheel.getvalue()


def pins(extras: Collection[str]) -> list[str]:
    """Return `name==version` of all installed packages that this one may need, sorted.

    What a package needs only for an extra counts for the extras of this package alone.
    """
    found: dict[str, str] = {}
    left = _required(_own(), extras)
    while left:
        name = left.pop()
        if name not in found:
            try:
                package = distribution(name)
            except PackageNotFoundError:
                continue
            found[name] = package.version.partition("+")[0]  # builds of one's own are on no index
            left += _required(package, ())
    return [f"{name}=={version}" for name, version in sorted(found.items())]


def _own() -> Distribution:
    try:
        return distribution(NAME)
    except PackageNotFoundError:
        raise ClassroomError(f"{NAME} is not installed; install it with: pip install -e {PACKAGE.parent}") from None


def _required(package: Distribution, extras: Collection[str]) -> list[str]:
    names = []
    for requirement in package.requires or ():
        extra = _EXTRA.search(requirement)
        if extra is None or extra.group(1) in extras:
            name = re.match(r"[\w.-]+", requirement)
            assert name is not None, requirement
            names.append(re.sub(r"[-_.]+", "-", name.group()).lower())
    return names


def _files() -> Iterator[tuple[str, Path]]:
    """Yield the files of the package by their names in it, with templates and tasks where they are installed."""
    parts = [("", PACKAGE), *((f"data/{name}/", folder(name)) for name in _DATA if not (PACKAGE / "data").is_dir())]
    for prefix, place in parts:
        for path in place.rglob("*"):
            name = path.relative_to(place)
            if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in name.parts):
                yield f"{prefix}{name.as_posix()}", path


def _digest(content: bytes) -> str:
    return urlsafe_b64encode(sha256(content).digest()).rstrip(b"=").decode()
