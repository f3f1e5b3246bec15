"""The path in CONTRIBUTING.md, walked word for word: a new operator in a copy of the repository passes the contract."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STEP = re.compile(r"<!-- (write|insert) (\S+)(?: (before|after): (.*?))? -->\n\s*```\w+\n(.*?)\n\s*```", re.DOTALL)
CONTRACT = [
    "tests/test_examples.py",
    "tests/test_architecture.py",
    "tests/pages/test_operator_pages.py",
]


def steps() -> list[tuple[str, ...]]:
    """(write or insert, path, before or after, the line, the text) of every step, indented as in the file."""
    text = textwrap.dedent((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    return [(*found[:4], re.sub(r"^ {3}", "", found[4], flags=re.MULTILINE)) for found in STEP.findall(text)]


def copy_of_the_repository(folder: Path) -> Path:
    """What git would hand out, uncommitted changes included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    for name in listed.stdout.decode().splitlines():
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def walk(folder: Path) -> None:
    """Do what CONTRIBUTING.md says."""
    for kind, path, side, line, text in steps():
        file = folder / path
        if kind == "write":
            file.write_text(text + "\n", encoding="utf-8")
            continue
        lines = file.read_text(encoding="utf-8").splitlines()
        at = next(number for number, one in enumerate(lines) if one.strip().startswith(line.strip()))
        lines.insert(at + (side == "after"), text)
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def extended(tmp_path_factory) -> Path:
    folder = copy_of_the_repository(tmp_path_factory.mktemp("copy"))
    walk(folder)
    return folder


def test_the_path_is_three_files_and_two_rows():
    written = [path for kind, path, *_ in steps() if kind == "write"]
    rows = {path for kind, path, *_ in steps() if kind == "insert"}
    assert len(written) == 2
    assert rows == {"explainer/operators/__init__.py", "explainer/examples/table.json", "explainer/ui/navigation.py"}


def test_the_new_operator_passes_the_contract(extended):
    names = "pad-one or zero_padding or every_route or known or unique"
    done = run(extended, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", "-k", names, *CONTRACT)
    assert done.returncode == 0, done.stdout[-3000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) >= 6


def test_the_command_line_knows_it(extended):
    case = '{"op": "zero_padding", "params": {"padding": 1}, "input": [5]}'
    command = [sys.executable, "-m", "explainer", "trace", "-"]
    done = subprocess.run(command, cwd=extended, input=case, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.replace(" ", "")[:19]) == (0, '{"output":[0,5,0],"')
