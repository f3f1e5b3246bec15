"""Visitors come, upload and leave: the server's memory after each round.

    python benchmarks/soak.py [ROUNDS [VISITORS [PHOTOS]]]

In each round VISITORS tabs (client.py) open the page *Your photo*, one after the other each sends PHOTOS small photos
of its own and waits for every answer, and all leave; 5 x 10 x 10 are 500 uploads. Memory has to come to rest: the last
rounds may not grow. Linux only (it reads /proc).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.client import Visitor  # noqa: E402
from benchmarks.load import GONE, WARM_UP, memory, photo, use  # noqa: E402
from tests.app.conftest import serving  # noqa: E402


async def round_of(address: str, first: int, visitors: int, photos: int) -> None:
    """One round; photos are numbered from `first`, so that none comes twice."""
    async with contextlib.AsyncExitStack() as stack:
        tabs = [await stack.enter_async_context(Visitor(address, seat)) for seat in range(visitors)]
        for seat, tab in enumerate(tabs):
            await tab.open("your-photo", "yp_size=129")
            for number in range(photos):
                await tab.upload(photo(first + seat * photos + number))
    await asyncio.sleep(GONE)
    await use([address], "")  # visits are dropped when another visitor leaves


def main(rounds: int, visitors: int, photos: int) -> None:
    """Run the rounds."""
    with serving() as (address, process_id):
        time.sleep(WARM_UP)
        asyncio.run(use([address], "", "your-photo"))
        print(f"start                                  {memory([process_id]):7.0f} MB", flush=True)
        for number in range(rounds):
            begun = time.perf_counter()
            asyncio.run(round_of(address, 1 + number * visitors * photos, visitors, photos))
            spent = time.perf_counter() - begun
            told = f"round {number + 1}: {visitors * photos} uploads, {spent:4.0f} s"
            print(f"{told:38} {memory([process_id]):7.0f} MB", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="The server's memory while visitors upload and leave.")
    for name, usual in (("rounds", 5), ("visitors", 10), ("photos", 10)):
        parser.add_argument(name, type=int, nargs="?", default=usual)
    main(**vars(parser.parse_args()))
