#!/usr/bin/env bash
# Builds the sdist, and from it the wheel; installs the wheel alone into a fresh environment outside of the
# checkout and uses it there: nothing of the checkout, and no PyTorch, must be needed.
#
#     tests/wheel_test.sh [PYTHON]    (default .venv/bin/python; needs the extra "dev")
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
checkout=$PWD
python=${1:-.venv/bin/python}
unset PYTHONPATH PYTHONHOME

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" -m build --no-isolation --outdir "$work/dist" . >"$work/build.log" 2>&1 || {
    cat "$work/build.log" >&2
    exit 1
}
wheels=("$work"/dist/backprop_lab-*.whl)
wheel=${wheels[0]}

# Every template and every task of the checkout is in the wheel, and nothing but the package is.
"$python" - "$wheel" <<'PY'
import sys
import zipfile
from pathlib import Path

names = set(zipfile.ZipFile(sys.argv[1]).namelist())
for folder in ("templates", "tasks"):
    files = [p for p in Path(folder).rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    assert files, f"{folder}/ is empty"
    for path in files:
        assert f"backprop_lab/data/{path.as_posix()}" in names, f"{path} is not in the wheel"
assert "backprop_lab/py.typed" in names, "py.typed is not in the wheel"
stray = {name for name in names if not name.startswith(("backprop_lab/", "backprop_lab-"))}
assert not stray, f"does not belong in the wheel: {sorted(stray)}"
PY

"$python" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check -c "$checkout/constraints.txt" "$wheel"

mkdir "$work/empty"
cd "$work/empty"
run() { "$work/venv/bin/backprop-lab" "$@"; }

"$work/venv/bin/python" -I - "$checkout" <<'PY'
import importlib.util
import sys
from pathlib import Path

import backprop_lab

assert not Path(backprop_lab.__file__).is_relative_to(sys.argv[1]), "the checkout was imported"
assert importlib.util.find_spec("torch") is None, "PyTorch is installed without being asked for"
PY

run tasks >tasks.txt
grep -q lab_task_3 tasks.txt || { echo "backprop-lab tasks does not list lab_task_3" >&2; exit 1; }
for format in md tex json; do
    run solve lab_task_3 -o "s.$format"
    [ -s "s.$format" ] || { echo "s.$format is empty" >&2; exit 1; }
done

"$work/venv/bin/python" -I - s.json <<'PY'
import json
import sys
from pathlib import Path


def steps(node):
    """Every object of the document that is a step named z1."""
    if isinstance(node, dict):
        if "z1" in (node.get("id"), node.get("name"), node.get("key"), node.get("symbol")):
            yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from steps(child)


def is_expected(value):
    try:
        ((a, b),) = value
        return abs(float(a) + 0.7) <= 1e-12 and abs(float(b) - 0.1) <= 1e-12
    except (TypeError, ValueError):
        return False


found = list(steps(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
assert found, "s.json has no step z1"
assert any(is_expected(step.get("value")) for step in found), f"z1 is not [[-0.7, 0.1]]: {found}"
PY

# A program is recorded by a script of the package, in a process of its own.
run code lab_task_3 -o lab3.py
run check lab_task_3 lab3.py -o check.json
grep -q '"percent": *100' check.json || { echo "the reference script does not get full marks" >&2; exit 1; }

echo "wheel test: OK ($(basename "$wheel"))"
