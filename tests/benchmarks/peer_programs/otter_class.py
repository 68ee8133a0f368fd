"""Mark notebooks with otter's API in one process: python otter_class.py AUTOGRADER.zip NOTEBOOK…

Runs in otter-grader's own environment. Prints a line of JSON with the percentage of each notebook, by its stem.
"""

import json
import sys
from pathlib import Path

from otter.api import grade_submission

autograder, *notebooks = sys.argv[1:]
percentages = {}
for notebook in notebooks:
    results = grade_submission(notebook, autograder, quiet=True)
    percentages[Path(notebook).stem] = 100 * results.total / results.possible
print(json.dumps(percentages))
