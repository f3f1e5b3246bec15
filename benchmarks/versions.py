"""What labelling a photo takes in two or more versions of this project, asked in turn.

    git worktree add ../earlier 9bdbecc~1          # the FCN of 21 classes, the measure of the model card
    python benchmarks/versions.py ../earlier .     # --threads 1, --rounds 25

Each version runs in a process of its own, from pixels to labels with its own defaults, and waits while another one
works: what else the machine does meets all alike, so the ratios hold where the milliseconds do not.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ("chelsea", "astronaut", "horses", "street")
CHILD = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
import explainer.segmentation.inference as inference
import numpy, torch
from PIL import Image
torch.set_num_threads(int(sys.argv[2]))
photos = [numpy.array(Image.open(path).convert("RGB")) for path in json.loads(sys.argv[3])]
for photo in photos * 2:
    inference.predict(photo)
print("ready", flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    inference.predict(photos[int(line)])
    print((time.perf_counter() - start) * 1000, flush=True)
"""


class Version:
    """A checkout that labels photos when asked."""

    def __init__(self, root: Path, threads: int) -> None:
        photos = json.dumps([str(ROOT / "assets" / "samples" / f"{name}.jpg") for name in SAMPLES])
        command = [sys.executable, "-c", CHILD, str(root.resolve()), str(threads), photos]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root)
        self._answer()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            sys.exit(f"a version ended with status {self._process.wait()}; what it said stands above")
        return line

    def milliseconds(self, photo: int) -> float:
        """How long it takes for one photo, by its place in `SAMPLES`."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{photo}\n")
        self._process.stdin.flush()
        return float(self._answer())


def main() -> None:
    """A row for each sample: each version's median, and its ratio to the first one's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("roots", type=Path, nargs="+", help="checkouts; ratios are to the first one")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args()
    versions = [Version(root, options.threads) for root in options.roots]
    for number, name in enumerate(SAMPLES):
        rounds = [[version.milliseconds(number) for version in versions] for _ in range(options.rounds)]
        took = [median(times) for times in zip(*rounds, strict=True)]
        print(f"{name:12}" + "".join(f"{ms:8.0f} ms ({ms / took[0]:.2f})" for ms in took), flush=True)


if __name__ == "__main__":
    main()
