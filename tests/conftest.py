"""Shared by all tests: the folder of the tests is importable (references, browser)."""

from __future__ import annotations

import sys
from pathlib import Path

import explainer  # noqa: F401  (before torch: it says how torch's threads wait)

sys.path.insert(0, str(Path(__file__).parent))
