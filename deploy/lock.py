#!/usr/bin/env python3
"""Lock every package with its checksums: `python deploy/lock.py`, then look at the difference, run the tests, commit.

Needs uv (`pip install uv`). It solves requirements.txt once, for Linux and the oldest Python that the app runs on, and
writes cuda.lock (everything) and cpu.lock (without torch's two wheels and the CUDA libraries they bring: `install`
takes those two from PyTorch's own index, at the versions in requirements.txt).

To update one package: change its number in requirements.txt and lock again. To update what they need in turn:
`python deploy/lock.py --upgrade`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
#: What the build for the CPU does without, or brings itself.
ACCELERATED = re.compile(r"(torch|torchvision|triton|nvidia-.*|cuda-.*)==")
HEADER = "# Written by `python deploy/lock.py` from requirements.txt; not to be changed by hand.\n"


def blocks(lock: str) -> list[str]:
    """Each package's lines: its pin, its checksums, who needs it."""
    return re.findall(r"^[a-z0-9].*\n(?:[ ]+.*\n)*", lock, re.MULTILINE)


def main(arguments: list[str]) -> None:
    """Solve, and write both files."""
    whole = HERE / "cuda.lock"
    command = ["uv", "pip", "compile", "--generate-hashes", "--no-emit-index-url", "--no-header", "--quiet"]
    command += ["--python-version", "3.11", "--python-platform", "x86_64-manylinux_2_28", "--output-file", str(whole)]
    subprocess.run([*command, *arguments, "requirements.txt"], cwd=HERE.parent, check=True)
    found = blocks(whole.read_text(encoding="utf-8"))
    whole.write_text(HEADER + "".join(found), encoding="utf-8")
    light = [one for one in found if not ACCELERATED.match(one)]
    (HERE / "cpu.lock").write_text(HEADER + "".join(light), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
