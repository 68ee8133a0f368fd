"""A process that stores marks: started by tests that kill it, let it wait, or give it no space.

python tests/classroom/grader.py store FOLDER     stores one student after another and prints each id when it is
python tests/classroom/grader.py full FOLDER      the same, until there is no space, and what is there then
python tests/classroom/grader.py locked FOLDER    is the only grader until its input is closed
python tests/classroom/grader.py readonly FOLDER  tries to open a gradebook and to grade
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from backprop_lab.classroom.gradebook import Gradebook, only_grader
from backprop_lab.errors import ClassroomError
from tests.classroom.gradebooks import begun, entry, fill

FILLER = "filler"


def store(folder: Path) -> None:
    with begun(folder) as gradebook:
        first = sum(1 for _ in gradebook.rows())
        number = first
        while True:
            student = f"s{number:06d}"
            gradebook.add([(student, entry())])
            print(student, flush=True)
            number += 1


def full(folder: Path) -> None:
    (folder / FILLER).write_bytes(bytes(300_000))
    stored: list[str] = []
    with begun(folder) as gradebook:
        try:
            for number in range(10_000):
                gradebook.add([(f"s{number}", entry())])
                stored.append(f"s{number}")
        except ClassroomError as error:
            print(error)
        kept = gradebook.known((f"s{number}", "key") for number in range(len(stored) + 1))
        print(sorted(kept) == sorted((student, "key") for student in stored), len(stored) > 3)
        (folder / FILLER).unlink()
        fill(gradebook, [*stored, "one more"])
        print(len(list(gradebook.rows())) - len(stored))


def locked(folder: Path) -> None:
    with only_grader(folder, lambda: print("waiting", flush=True)):
        print("grading", flush=True)
        sys.stdin.read()


def readonly(folder: Path) -> None:
    for attempt in (begun, Gradebook.open, lambda folder: only_grader(folder, lambda: None).__enter__()):
        try:
            attempt(folder)
        except ClassroomError as error:
            print(error)


if __name__ == "__main__":
    {"store": store, "full": full, "locked": locked, "readonly": readonly}[sys.argv[1]](Path(sys.argv[2]))
