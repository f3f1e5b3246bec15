"""What the README promises about the repository itself."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from explainer.examples.table import examples
from explainer.operators import OPERATORS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def tracked():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.splitlines()]


def test_ci_runs_exactly_the_readmes_test_command():
    (command,) = re.findall(r"^python3 .*pytest$", README, re.MULTILINE)
    assert f"\n{command}\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_benchmarks_find_the_project_when_they_are_started_as_they_say():
    """`python benchmarks/load.py` has only that folder on its path, so the project's has to come before its imports."""
    started = [file for file in tracked() if f"python benchmarks/{file.name}" in file.read_text("utf-8", "replace")
               and file.parent.name == "benchmarks"]  # fmt: skip
    assert len(started) > 5
    for file in started:
        lines = file.read_text().splitlines()
        imports = [n for n, line in enumerate(lines) if re.match(r" *from (explainer|benchmarks|tests)\b", line)]
        assert not imports or "sys.path.insert(0, str(ROOT))" in lines[: imports[0]], file.name


@pytest.mark.parametrize("name", [file.stem for file in (ROOT / "benchmarks").glob("*.py") if file.stem != "client"])
def test_every_benchmark_says_what_it_takes(name, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "benchmarks" / f"{name}.py"), run_name="__main__")
    assert ended.value.code == 0 and capsys.readouterr().out.startswith(f"usage: {name}")


def test_requirements_are_pinned():
    lines = (ROOT / "requirements.txt").read_text().split()
    assert {line.split("==")[0] for line in lines} == {
        "streamlit",
        "uvloop",
        "httptools",
        "torch",
        "torchvision",
        "msgspec",
        "segno",
        "numpy",
        "plotly",
        "pillow",
    }
    assert all("==" in line for line in lines)


def test_every_link_in_the_readme_leads_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_files_are_small_and_hold_no_machine_path():
    # Put together so that this file does not find itself.
    forbidden = [("/" + "work/"), ("/" + "root/"), ("pypi" + ".org"), ("files." + "pythonhosted")]
    for file in tracked():
        if not file.exists():
            continue
        assert file.stat().st_size < 10 * 2**20, file
        if file.suffix in {".py", ".md", ".toml", ".txt", ".json", ".js", ".css", ".html", ""}:
            text = file.read_text(encoding="utf-8")
            assert [word for word in forbidden if word in text] == [], file


def test_every_operator_has_an_example():
    shown = {type(one.problem().op).__name__ for one in examples() if one.is_single and not one.is_refused}
    assert {kind.__name__ for kind, _ in OPERATORS.values()} == shown
