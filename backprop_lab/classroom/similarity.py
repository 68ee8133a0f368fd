"""Near-identical programs: fingerprints of their tokens, and who shares more of them than chance allows.

The fingerprints are those of Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document
fingerprinting" (SIGMOD 2003), over tokens: comments, layout and the contents of strings do not count, and a name
counts only by where in the same passage it stood before, so that neither other names nor other places of a passage
hide it. The tokens are found here and not by Python's `tokenize`, which changes between versions and gives up at a
syntax error.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice, product
from keyword import kwlist
from pathlib import Path
from zlib import crc32

import numpy as np
from msgspec import Struct
from numpy.lib.stride_tricks import sliding_window_view

from backprop_lab.errors import LabError
from backprop_lab.script import FRAMEWORKS, Framework, script
from backprop_lab.task import Task
from backprop_lab.trainingtask import Lab

PASSAGE = 16
"""Tokens of a passage; what two programs share in shorter ones says nothing."""
WINDOW = 4
"""Passages of which at least one is kept."""
MOST_TOKENS = 20_000
MOST_HASHES = 2_000
"""Of a program with more hashes, the smallest are kept, which are the same ones in its copy."""
SAME = 0.7
"""The share of the smaller program from which two programs are near-identical."""
LEAST_SHARED = 16
"""Hashes that two programs share at least; below that lie forward passes of a few lines."""
COMMON_SHARE = 0.05
COMMON_AT_LEAST = 8
"""A passage that more than so many programs have, and more than this share of all, is common and does not count."""

_TOKEN = re.compile(
    r"""
    (?P<skip> \#[^\n]* | [\s\\]+ )
  | (?P<string> [A-Za-z]{0,2}+ (?:
        \"{3} (?: [^\\] | \\. )*? (?: \"{3} | \Z ) | '{3} (?: [^\\] | \\. )*? (?: '{3} | \Z )
      | \" (?: [^\\\n"] | \\. )*+ "? | ' (?: [^\\\n'] | \\. )*+ '? ) )
  | (?P<number> \.?\d (?: [eE][-+] | [\w.] )*+ )
  | (?P<name> \w+ )
  | (?P<other> [-+*/%@&|^=<>!:]{1,3} | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_KEYWORDS = frozenset(kwlist)
_FACTORS = np.array([pow(0x9E3779B97F4A7C15, place, 1 << 64) for place in range(PASSAGE)], np.uint64)
"""Powers of an odd number modulo 2⁶⁴, here that of Knuth's multiplicative hashing: one for each place."""


class Pair(Struct, frozen=True):
    """Two near-identical programs; `share` is that of the smaller one's own passages, `shared` their number."""

    first: str
    second: str
    share: float
    shared: int


class Cluster(Struct, frozen=True):
    """Programs that near-identical pairs link, and the smallest and largest share of these pairs."""

    members: tuple[str, ...]
    lowest: float
    highest: float


def fingerprint(sources: Sequence[str]) -> tuple[int, ...]:
    """Return the sorted hashes of a program's cells: the same in every run and version of Python."""
    hashes = _passages(sources)
    windows = (hashes[at : at + WINDOW] for at in range(max(1, len(hashes) - WINDOW + 1)))
    return tuple(sorted({min(window) for window in windows if window})[:MOST_HASHES])


def given_out(tasks: Iterable[Lab], programs: Iterable[Sequence[str]] = (), folder: Path = Path()) -> frozenset[int]:
    """Return the hashes of what students were given: programs by their cells, and those that `code` writes.

    `folder` is where the files of a training task's data lie.
    """
    hashes = {number for sources in programs for number in _passages(sources)}
    for task, framework in product(tasks, FRAMEWORKS):
        with suppress(LabError):  # this framework cannot work the task, or its data are not here
            hashes.update(_passages([_code(task, folder, framework)]))
    return frozenset(hashes)


def _code(task: Lab, folder: Path, framework: Framework) -> str:
    if isinstance(task, Task):
        return script(task, framework)
    from backprop_lab.training.script import training_script  # only a class with a training task needs it

    return training_script(task, folder, framework)


def similar_pairs(
    fingerprints: Iterable[tuple[str, Sequence[int]]], given_out: Collection[int] = (), *, same: float = SAME
) -> Iterator[Pair]:
    """Yield the near-identical pairs of programs, each an id and its fingerprint.

    Hashes of what was given out, and those that much of the class has, do not count.
    """
    ids: list[str] = []
    hashes, owners = array("I"), array("I")
    for index, (name, numbers) in enumerate(fingerprints):
        ids.append(name)
        hashes.extend(numbers)
        owners.extend([index] * len(numbers))
    telling, whose = _telling(np.array(hashes), np.array(owners), len(ids), given_out)
    for first, second, shared, share in _overlaps(telling, whose, len(ids), same):
        yield Pair(ids[first], ids[second], share, shared)


def clusters(pairs: Iterable[Pair]) -> list[Cluster]:
    """Return the programs that pairs link, directly or by way of others: the largest clusters first."""
    leader: dict[str, str] = {}
    ranges: dict[str, tuple[float, float]] = {}

    def led_by(name: str) -> str:
        while leader.setdefault(name, name) != name:
            leader[name] = name = leader[leader[name]]
        return name

    for pair in pairs:
        first, second = led_by(pair.first), led_by(pair.second)
        shares = [pair.share, *ranges.get(first, ()), *ranges.get(second, ())]
        leader[second] = first
        ranges[first] = min(shares), max(shares)
    members: dict[str, list[str]] = {}
    for name in leader:
        members.setdefault(led_by(name), []).append(name)
    found = [Cluster(tuple(sorted(names)), *ranges[first]) for first, names in members.items()]
    return sorted(found, key=lambda cluster: (-len(cluster.members), -cluster.highest, cluster.members))


def _tokens(sources: Sequence[str]) -> list[int]:
    """Return the tokens of a program as numbers: negative for names, the same for the same name."""
    names: dict[str, int] = {}
    tokens: list[int] = []
    matches = (match for source in sources for match in _TOKEN.finditer(source) if match.lastgroup != "skip")
    for match in islice(matches, MOST_TOKENS):
        text = match[0]
        if match.lastgroup == "name" and text not in _KEYWORDS:
            tokens.append(names.setdefault(text, -1 - len(names)))
        else:
            tokens.append(crc32(b"string" if match.lastgroup == "string" else text.encode("utf-8", "replace")))
    return tokens


def _passages(sources: Sequence[str]) -> list[int]:
    """Return the hash of every passage, in order; in it a name is how far back it stood before, or 0."""
    tokens = _tokens(sources)
    if len(tokens) < PASSAGE:
        return []
    last: dict[int, int] = {}
    back = []
    for at, token in enumerate(tokens):
        back.append(at - last.get(token, at - PASSAGE))
        last[token] = at
    passages, before = (sliding_window_view(np.array(numbers), PASSAGE) for numbers in (tokens, back))
    names = np.where(before <= np.arange(PASSAGE), before, 0)
    numbers = np.where(passages < 0, names, passages).astype(np.uint64)
    mixed = (numbers * _FACTORS).sum(axis=1) * _FACTORS[1]
    hashes: list[int] = (mixed >> np.uint64(32)).tolist()
    return hashes


def _telling(
    hashes: np.ndarray, owners: np.ndarray, programs: int, given_out: Collection[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the hashes that may tell of a copy, in order, with the programs that have them."""
    order = np.argsort(hashes, kind="stable")
    hashes, owners = hashes[order], owners[order]
    counts = np.searchsorted(hashes, hashes, side="right") - np.searchsorted(hashes, hashes, side="left")
    common = counts > max(COMMON_AT_LEAST, COMMON_SHARE * programs)
    kept = ~common & ~np.isin(hashes, np.array([*given_out], hashes.dtype))
    return hashes[kept], owners[kept]


def _overlaps(
    hashes: np.ndarray, owners: np.ndarray, programs: int, same: float
) -> Iterator[tuple[int, int, int, float]]:
    """Yield two programs, how many hashes they share, and the share of the smaller, from an inverted index."""
    sizes = np.bincount(owners, minlength=programs)
    starts = np.searchsorted(hashes, hashes, side="left")
    ends = np.searchsorted(hashes, hashes, side="right")
    by_owner = np.argsort(owners, kind="stable")
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    for program in range(programs):
        own = by_owner[bounds[program] : bounds[program + 1]]
        if len(own) < LEAST_SHARED:
            continue
        postings = [owners[start:end] for start, end in zip(starts[own], ends[own], strict=True)]
        shared = np.bincount(np.concatenate(postings), minlength=programs)
        shared[: program + 1] = 0
        smaller = np.minimum(sizes, sizes[program])
        for other in np.flatnonzero((shared >= LEAST_SHARED) & (shared >= same * smaller)):
            yield program, int(other), int(shared[other]), float(shared[other] / smaller[other])
