"""Benchmarks: each prints its ratio to a floor that is measured in the same run. No test asserts a time.

    python -m tests.benchmarks [NAME]…

Linear algebra runs on one thread, for what is measured and for its floor alike: the libraries read these
variables when NumPy is first imported, which comes after this.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[_name] = "1"
