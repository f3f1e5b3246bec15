"""A container's quota of cores, and that torch gets to know it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from explainer import quota

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu.max": "200000 100000\n"}, 2),
        ({"cpu.max": "150000 100000\n"}, 2),
        ({"cpu.max": "7800 100000\n"}, 1),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu.max": "nonsense"}, None),
        ({"cpu/cpu.cfs_quota_us": "400000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 4),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "400000\n"}, None),
        ({}, None),
    ],
)
def test_the_quota_of_both_versions_of_cgroups(files, cores, tmp_path):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert quota.cores(tmp_path) == cores


@pytest.mark.parametrize(("given", "threads"), [(None, 1), ("2", 2)])
def test_torch_starts_as_many_threads_as_the_quota_allows_unless_told_otherwise(given, threads, tmp_path):
    (tmp_path / "cpu.max").write_text("50000 100000")
    program = (
        "import sys, types, pathlib; sys.path.insert(0, '.')\n"
        "import importlib.util as u; spec = u.spec_from_file_location('explainer.quota', 'explainer/quota.py')\n"
        "quota = u.module_from_spec(spec); spec.loader.exec_module(quota)\n"
        f"quota.cores.__defaults__ = (pathlib.Path({str(tmp_path)!r}),); sys.modules['explainer.quota'] = quota\n"
        "import explainer, torch; print(torch.get_num_threads())"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OMP_")}
    environment |= {} if given is None else {"OMP_NUM_THREADS": given}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) == threads
