"""What one machine carries: a class opens the app, changes settings, answers questions and uploads photos.

    python benchmarks/load.py [--students 1 30 100] [--processes 1] [--seconds 60] [--rest 2] [--without your-photo ...]
    python benchmarks/load.py --pages

It starts the app itself, on 127.0.0.1 only, once for each number of students, and talks to it over real WebSockets
(client.py). Students are dealt out over the processes in turn, as a proxy with sticky cookies does. All open their
first page at once; then each waits 2 to 3 seconds between two actions, on all pages but those that `--without` names by
their address. `--rest` is how long a server stands after every page was opened once: what will probably be asked for
is computed then, some 40 s of one core for each process. `--pages` measures one visitor's reruns page by page: the
first visitor of a page pays for what is kept for all later ones. Prints Markdown tables. The students' own work is done
on the same machine and is not taken off. Linux only (clocks of other processes, /proc).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import random
import re
import statistics
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.client import Trouble, Visitor  # noqa: E402
from explainer.ui.navigation import PAGES, Entry  # noqa: E402
from tests.app.conftest import serving  # noqa: E402

THINK = (2.0, 3.0)
#: Seconds that a server gets after its start, for its imports.
WARM_UP = 12.0
#: Longer than `server.disconnectedSessionTTL`.
GONE = 35.0
REPEATS = 15
#: How often later visitors come to each page.
ROUNDS = 3
LIMITS = {"students": 400, "processes": 8, "seconds": 600, "rest": 600}


@dataclass
class Tally:
    """What a class experienced, in seconds."""

    loads: list[float] = field(default_factory=list)
    reruns: list[float] = field(default_factory=list)
    uploads: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def cpu(process_ids: list[int]) -> float:
    """Processor seconds that processes have used so far, finished threads included, to the nanosecond."""
    return sum(time.clock_gettime((~one << 3) | 2) for one in process_ids)  # clock_getcpuclockid(3)


def memory(process_ids: list[int]) -> float:
    """Resident memory of processes in MB."""
    found = (re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{one}/status").read_text()) for one in process_ids)
    return sum(int(one[0]) for one in found) / 1024


def photo(number: int) -> bytes:
    """A small JPEG that nobody else has."""
    noise = np.random.default_rng(number).integers(0, 255, (24, 32, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).resize((480, 360)).save(file, "JPEG", quality=80)
    return file.getvalue()


async def act(visitor: Visitor, path: str, paths: list[str], tally: Tally, number: int) -> str:
    """One action of a student; returns the page that is open after it."""
    dice = visitor.chance.random()
    if dice < 1 / 6:
        path = visitor.chance.choice(paths)
        tally.reruns.append(await visitor.open(path))
    elif path == "exercises" and dice < 0.8:
        tally.reruns.append(await visitor.answer())
    elif path == "your-photo" and dice < 0.4:
        tally.uploads.append(await visitor.upload(photo(number)))
    else:
        tally.reruns.append(await visitor.change())
    return path


async def student(
    address: str, number: int, paths: list[str], until: float, tally: Tally, here: asyncio.Barrier
) -> None:
    """Open a page, then act and think until the time is up."""
    chance, path = random.Random(number), random.Random(number).choice(paths)
    try:
        begun = time.perf_counter()
        async with Visitor(address, number) as visitor:
            await visitor.open(path)
            tally.loads.append(time.perf_counter() - begun)
            await here.wait()
            until += time.perf_counter()
            while time.perf_counter() < until:
                await asyncio.sleep(chance.uniform(*THINK))
                path = await act(visitor, path, paths, tally, number)
            await here.wait()
            await here.wait()  # memory is read between the two
    except (Trouble, TimeoutError, OSError, asyncio.BrokenBarrierError) as problem:
        tally.errors.append(f"{path}: {type(problem).__name__} {problem}")
        await here.abort()


async def lesson(
    addresses: list[str], process_ids: list[int], students: int, seconds: float, paths: list[str]
) -> list[str]:
    """A class at work; returns a row of the table."""
    tally, here = Tally(), asyncio.Barrier(students + 1)
    before = memory(process_ids)
    tasks = [
        asyncio.create_task(student(addresses[one % len(addresses)], one, paths, seconds, tally, here))
        for one in range(students)
    ]
    with contextlib.suppress(asyncio.BrokenBarrierError):
        await here.wait()
        used, begun = cpu(process_ids), time.perf_counter()
        await here.wait()
        used, took, full = cpu(process_ids) - used, time.perf_counter() - begun, memory(process_ids)
        await here.wait()
    await asyncio.gather(*tasks)
    if tally.errors:
        return [str(students), str(len(addresses)), f"{len(tally.errors)} errors, the first: {tally.errors[0]}"]
    await asyncio.sleep(GONE)
    await use(addresses, PAGES[0].url_path)  # sessions are dropped when another visitor leaves
    done = len(tally.reruns) + len(tally.uploads)
    return [
        str(students), str(len(addresses)), spread(tally.loads), f"{done / took:.1f}", spread(tally.reruns),
        spread(tally.uploads), f"{1000 * used / done:.0f} ms", f"{100 * used / took:.0f} %",
        f"{before:.0f} / {full:.0f} / {memory(process_ids):.0f} MB",
        f"{(full - before) / students:.1f} MB", "0",
    ]  # fmt: skip


HEAD = (
    "students", "processes", "first load p50 / p95", "reruns/s", "rerun p50 / p95", "upload p50 / p95",
    "CPU per rerun", "CPU in all", "memory before / with all / after", "per student", "errors",
)  # fmt: skip


def spread(seconds: list[float]) -> str:
    """Median and 95th percentile in milliseconds."""
    if not seconds:
        return "–"
    median, late = np.percentile(seconds, (50, 95))
    return f"{1000 * median:.0f} / {1000 * late:.0f} ms"


async def use(addresses: list[str], *paths: str) -> None:
    """Somebody visits pages of every process, and leaves."""
    for address in addresses:
        async with Visitor(address) as visitor:
            for path in paths:
                await visitor.open(path)


async def reruns(address: str, process_id: int, path: str, seed: int = 1) -> list[float]:
    """Processor milliseconds of each of some changes of one page by one visitor."""
    found = []
    async with Visitor(address, seed) as visitor:
        await visitor.open(path)
        for _ in range(REPEATS):
            await asyncio.sleep(0.15)
            begun = cpu([process_id])
            await (visitor.answer() if path == "exercises" else visitor.change())
            await asyncio.sleep(0.05)  # what the server tidies up after the run belongs to it
            found.append(1000 * (cpu([process_id]) - begun))
    return found


async def by_page(address: str, process_id: int) -> list[list[str]]:
    """Every page: the first visitor's changes, and the same changes when all pages have been used.

    Later visitors go round all pages `ROUNDS` times: a few loud seconds on a shared machine meet one visit of a page
    and not its median.
    """
    first = {page: await reruns(address, process_id, page.url_path) for page in PAGES}
    later: dict[Entry, list[float]] = {page: [] for page in PAGES}
    for _ in range(ROUNDS):
        for page, times in later.items():
            times += await reruns(address, process_id, page.url_path)
    return [
        [page.title, *(f"{value:.1f}" for times in (first[page], later[page]) for value in (middle(times), max(times)))]
        for page in PAGES
    ]


def middle(times: list[float]) -> float:
    """The median."""
    return statistics.median(times)


async def fresh_and_used(address: str, process_id: int) -> str:
    """One page's reruns on a server that has seen nothing else, and after every page was opened."""
    path = "transposed-convolution"
    await reruns(address, process_id, path)
    fresh = middle(await reruns(address, process_id, path))
    await use([address], *(page.url_path for page in PAGES))
    await asyncio.sleep(2)
    used = middle(await reruns(address, process_id, path))
    return f"CPU per rerun ({path}): fresh {fresh:.1f} ms, used {used:.1f} ms, ratio {used / fresh:.2f}"


def table(head: tuple[str, ...], rows: Iterable[list[str]]) -> None:
    """Print Markdown, each row as soon as it is there."""
    for row in chain((head, ["---"] * len(head)), rows):
        print("| " + " | ".join(row) + " |", flush=True)


def measure(students: int, processes: int, seconds: float, rest: float, paths: list[str]) -> list[str]:
    """Start the processes, use every page once, and let the class in after a rest."""
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(serving()) for _ in range(processes)]
        addresses, process_ids = [one for one, _ in servers], [one for _, one in servers]
        time.sleep(WARM_UP)
        if students == 1:
            print(asyncio.run(fresh_and_used(addresses[0], process_ids[0])), "\n", flush=True)
        asyncio.run(use(addresses, *(page.url_path for page in PAGES)))
        time.sleep(rest)
        return asyncio.run(lesson(addresses, process_ids, students, seconds, paths))


def main() -> None:
    """Read the command line and print."""
    parser = argparse.ArgumentParser(description="What one machine carries.")
    parser.add_argument("--students", type=int, nargs="+", default=[1, 30, 100])
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rest", type=int, default=2)
    parser.add_argument("--without", nargs="*", default=[], choices=[page.url_path for page in PAGES if page.url_path])
    parser.add_argument("--pages", action="store_true")
    given = parser.parse_args()
    for name, most in LIMITS.items():
        asked = getattr(given, name)
        if not all(1 <= one <= most for one in (asked if isinstance(asked, list) else [asked])):
            parser.error(f"--{name} is {asked}; allowed are 1 to {most}.")
    if given.pages:
        with serving() as (address, process_id):
            time.sleep(WARM_UP)
            rows = asyncio.run(by_page(address, process_id))
        table(("page", "CPU ms, first visitor p50", "max", "later visitors p50", "max"), rows)
    else:
        paths = [page.url_path for page in PAGES if page.url_path not in given.without]
        table(HEAD, (measure(one, given.processes, given.seconds, given.rest, paths) for one in given.students))


if __name__ == "__main__":
    main()
