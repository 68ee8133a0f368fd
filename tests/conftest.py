"""Settings of the tests: one thread for small matrices; Hypothesis without deadlines, repeatable where CI is set."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Before NumPy and PyTorch are imported: several threads only wait for each other here.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

settings.register_profile(
    "backprop-lab",
    deadline=None,
    max_examples=50,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("backprop-lab")
