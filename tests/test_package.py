"""What `pip install .` lays down: every package, and every file that the code reads beside itself."""

from __future__ import annotations

import fnmatch
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOL = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
HOMES = {home: name for name, home in TOOL["package-dir"].items()}


def tracked(folder: str) -> list[Path]:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", folder]
    done = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True)
    return [Path(name) for name in done.stdout.splitlines() if (ROOT / name).exists()]


def installed(path: Path) -> bool:
    """Whether a file goes along: code by its package, the rest by a pattern of it."""
    package = HOMES.get(path.parent.as_posix(), ".".join(path.parent.parts))
    patterns = [*TOOL["package-data"]["*"], *TOOL["package-data"].get(package, []), "*.py"]
    return package in TOOL["packages"] and any(fnmatch.fnmatch(path.name, one) for one in patterns)


def test_every_file_of_the_package_is_installed():
    assert [str(path) for path in tracked("explainer") if not installed(path)] == []


def test_every_package_that_is_named_exists():
    folders = {".".join(path.parent.parts) for path in tracked("explainer") if path.suffix == ".py"}
    assert set(TOOL["packages"]) == folders | set(TOOL["package-dir"])
    assert all((ROOT / home).is_dir() for home in TOOL["package-dir"].values())


@pytest.mark.parametrize("ending", [".pt", ".jpg", ".md"])
def test_weights_and_photos_go_along_with_their_licenses(ending):
    files = [path for path in tracked("assets") if path.suffix == ending]
    assert files
    assert [str(path) for path in files if not installed(path)] == []
    assert installed(Path("assets/LICENSE.google-coral-test_data"))
