"""A server of networks for many app processes, with Ray Serve: `python deploy/serve.py --replicas 2 --gpus 0.5`.

Needs `pip install -r requirements.txt -r requirements-serve.txt`. The app uses it where UPSAMPLING_SERVE names its
address. Photos that come within a few milliseconds and look alike go through the network together; a replica that dies
is replaced, and what it was doing is asked again by the app. More machines: `ray start` on each (Ray's manual), then
this on one of them with `--address auto`. Ray opens ports that run whatever they are told: a private network only.

Nothing of a photo is written or logged: messages travel and are dropped.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

# A busy machine starts too; Ray reads this when it is imported.
os.environ.setdefault("RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S", "60")

import ray
from ray import serve
from starlette.requests import Request
from starlette.responses import Response

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from explainer.segmentation.wire import MEDIA_TYPE, Ask, BadMessage, read_ask  # noqa: E402

if TYPE_CHECKING:
    from explainer.segmentation.batch import Sent

MOST_BYTES = 16 * 2**20
"""No question is larger."""


@serve.deployment
class Networks:
    """One replica: loads the app's own network at once, torchvision's where their weights lie in the cache."""

    def __init__(self, batch: int, wait: float) -> None:
        from explainer.segmentation.devices import choose_device
        from explainer.segmentation.networks import load

        load("fcn8s", choose_device("auto"))
        self.together.set_max_batch_size(batch)  # type: ignore[attr-defined]
        self.together.set_batch_wait_timeout_s(wait)  # type: ignore[attr-defined]

    async def __call__(self, request: Request) -> Response:
        """A message in, a message out."""
        if int(request.headers.get("content-length") or 0) > MOST_BYTES:
            return Response("too large", 413)
        try:
            found = await self.together(read_ask(await request.body()))
        except BadMessage as problem:
            return Response(str(problem), 400)
        return Response(found.body, found.status, media_type=MEDIA_TYPE if found.status == 200 else "text/plain")

    @serve.batch(max_batch_size=8, batch_wait_timeout_s=0.005)
    async def together(self, asks: list[Ask]) -> list[Sent]:
        """Those that came at the same time, in a thread beside the one that listens."""
        from explainer.segmentation.batch import answers

        return await asyncio.to_thread(answers, asks)


def main(arguments: list[str]) -> None:
    """Start, say where, wait for the end."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8900, help="the port (8900)")
    parser.add_argument("--replicas", type=int, default=1, help="copies of the networks (1)")
    parser.add_argument("--gpus", type=float, default=0, help="share of a graphics card for each (0)")
    parser.add_argument("--cpus", type=float, default=1, help="processor cores for each (1)")
    parser.add_argument("--batch", type=int, default=8, help="photos that go through the network together (8)")
    parser.add_argument("--wait", type=float, default=5, help="milliseconds to wait for others (5)")
    parser.add_argument("--address", help="`auto`: join the Ray that runs on this machine already")
    wish = parser.parse_args(arguments)
    start(wish)
    print(f"UPSAMPLING_SERVE=http://{wish.host}:{wish.port}/", flush=True)
    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ended.set())
    ended.wait()
    serve.shutdown()
    ray.shutdown()


def start(wish: argparse.Namespace) -> None:
    """Start Ray, or join it, and deploy the replicas."""
    threads = str(max(1, int(wish.cpus)))
    environment = {"env_vars": {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": threads, "RAY_SERVE_LOG_TO_STDERR": "0"}}
    ray.init(address=wish.address, runtime_env=environment, include_dashboard=False, log_to_driver=False)
    serve.start(http_options={"host": wish.host, "port": wish.port})
    deployment = Networks.options(  # type: ignore[attr-defined]
        num_replicas=wish.replicas,
        ray_actor_options={"num_cpus": wish.cpus, "num_gpus": wish.gpus},
        max_ongoing_requests=4 * wish.batch,
        max_queued_requests=256,  # more get status 503 at once, and the app its second try or its own network
        graceful_shutdown_timeout_s=5,
        health_check_period_s=2,
        logging_config={"enable_access_log": False},
    )
    serve.run(deployment.bind(wish.batch, wish.wait / 1000), name="networks", route_prefix="/")


if __name__ == "__main__":
    main(sys.argv[1:])
