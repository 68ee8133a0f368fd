"""Mark notebooks with PyBryt's API in one process: python pybryt_class.py REFERENCE.pkl NOTEBOOK…

Runs in PyBryt's own environment. Prints a line of JSON with the percentage of each notebook, by its stem: the points
of the values of the reference that were seen; a value's annotation has its points as its name, as in `z1: 2`.
"""

import json
import sys
from pathlib import Path

import pybryt

reference, *notebooks = sys.argv[1:]
wanted = pybryt.ReferenceImplementation.load(reference)
percentages = {}
for notebook in notebooks:
    results = pybryt.StudentImplementation(notebook, timeout=30).check(wanted).results
    points = [int(result.annotation.name.split(": ")[1]) for result in results]
    reached = sum(each for each, result in zip(points, results, strict=True) if result.satisfied)
    percentages[Path(notebook).stem] = 100 * reached / sum(points)
print(json.dumps(percentages))
