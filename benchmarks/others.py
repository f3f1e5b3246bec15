"""How long other visitors wait while somebody's heavy picture is decoded.

    python benchmarks/others.py PICTURE...

Streamlit's script of a visitor is stood in for by the same work on a thread of this process: making a page's scene
and its proofs. The pictures are decoded one after the other on the worker's thread, as uploads are. Prints the median,
the 95th percentile and the longest time of a page, alone and meanwhile, in milliseconds.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from explainer.examples.table import find_example  # noqa: E402
from explainer.photos import PhotoError, read_photo  # noqa: E402
from explainer.proofs import matrix_proof  # noqa: E402
from explainer.scene.scenes import scene_of  # noqa: E402
from explainer.segmentation import worker  # noqa: E402

ROUNDS = 60


def page() -> float:
    """One visitor's page, in milliseconds."""
    problem = find_example("lecture-transposed").problem()
    start = time.perf_counter()
    scene_of(problem.op, problem.input)
    matrix_proof(problem.op, problem.input)
    return (time.perf_counter() - start) * 1000


def told(name: str, times: list[float]) -> None:
    """A line of the table."""
    median, late = np.percentile(times, (50, 95))
    print(f"{name:28} {len(times):4} pages  median {median:6.1f}  p95 {late:6.1f}  longest {max(times):6.1f} ms")


def decode(data: bytes) -> str:
    """Read one picture; what came of it."""
    try:
        return f"read, {read_photo(data).width} wide"
    except PhotoError as problem:
        return f"refused: {problem}"


def main(paths: list[str]) -> None:
    """Alone, then beside each picture, sent again and again for as long as the pages take."""
    torch.set_num_threads(1)
    worker.submit(lambda: None).result()
    told("alone", [page() for _ in range(ROUNDS)])
    for path in paths:
        data, times, decoded, answer = Path(path).read_bytes(), [], 0, ""
        job = worker.submit(lambda data=data: decode(data))
        while len(times) < ROUNDS:
            if job.done():
                answer, decoded = job.result(), decoded + 1
                job = worker.submit(lambda data=data: decode(data))
            times.append(page())
            time.sleep(0.01)
        job.result()
        told(Path(path).name, times)
        print(f"{'':28} decoded {decoded} times meanwhile; {answer}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="How long others wait while a heavy picture is decoded.")
    parser.add_argument("paths", nargs="+", metavar="PICTURE")
    main(**vars(parser.parse_args()))
