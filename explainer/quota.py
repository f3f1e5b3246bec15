"""How many processor cores a container may use. torch counts the machine's cores and starts a thread for each; with a
quota of two on a machine of 32 they stand in each other's way. Pure Python.
"""

from __future__ import annotations

from math import ceil
from pathlib import Path

CONTROL = Path("/sys/fs/cgroup")
"""Where Linux keeps a container's limits: cgroup v2 in `cpu.max`, v1 in two files below `cpu`."""


def cores(control: Path = CONTROL) -> int | None:
    """The quota in cores, rounded up; None without one.

    Formula: quota / period, both in microseconds (Linux, Documentation/admin-guide/cgroup-v2.rst, `cpu.max`).
    """
    for files in (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")):
        try:
            words = " ".join((control / name).read_text(encoding="ascii") for name in files).split()
            quota, period = map(int, words)
        except (OSError, ValueError):
            continue  # not this version, or "max"
        if quota > 0 and period > 0:
            return ceil(quota / period)
    return None
