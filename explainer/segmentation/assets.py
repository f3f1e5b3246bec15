"""Where the bundled weights and photos lie: beside the code in the repository, inside the package once installed."""

from __future__ import annotations

from pathlib import Path

_BESIDE = Path(__file__).resolve().parents[2] / "assets"
ASSETS = _BESIDE if _BESIDE.is_dir() else Path(__file__).resolve().parents[1] / "assets"
