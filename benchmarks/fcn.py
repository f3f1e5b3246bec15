"""How fast the networks are, against torchvision's fcn_resnet50 run as its documentation shows.

    python benchmarks/fcn.py                 # every network at 320 and 520 pixels, on the CPU and the accelerator
    python benchmarks/fcn.py --only fcn8s    # one of them beside the reference

Each row runs in a process of its own: its peak memory is that of the whole process, torch's import included. Times are
medians of the whole way from the photo's pixels to labels at the photo's own size, after warm-up. Agreement is the
share of equal labels with the same network run plainly (eager, contiguous, float32, auxiliary head where there is one;
the bundled ones on the photo and its mirror image, before the CRF). All are measured in float32 and in the precision
that was chosen before the first photo.
torchvision's weights are taken from torch's cache where they are, else random ones of the same shape (marked `*`:
their times hold, their labels mean nothing but can still be compared).
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

BUNDLED_SIDES = {320: 321, 520: 513}
"""The bundled network's sides are 32n+1; these are nearest."""
REFERENCE = "torchvision fcn_resnet50, as documented"


def photo() -> Any:
    """A square photo to work on (the astronaut), (512, 512, 3) uint8."""
    from explainer.photos import read_photo
    from explainer.segmentation.samples import sample

    return read_photo(sample("astronaut").path.read_bytes()).rgb


def use_random_weights(name: str) -> bool:
    """Give a torchvision network random weights if its own are not in the cache; whether that was done."""
    import torch
    from torchvision.models import get_model

    from explainer.segmentation import networks
    from explainer.segmentation.download import is_cached

    if is_cached(name):
        return False
    torch.manual_seed(0)
    aux = None if name.startswith("lraspp") else True
    net = get_model(name, weights=None, weights_backbone=None, num_classes=21, aux_loss=aux)
    state = net.state_dict()
    networks.torchvision_state = lambda *_: state
    return True


def plain(name: str, side: int) -> Callable[[Any], Any]:
    """A network as its documentation runs it: eager, contiguous, gradients on, auxiliary head if it has one."""
    import torch
    import torch.nn.functional as F
    from torchvision.models import get_model

    from explainer.segmentation import networks
    from explainer.segmentation.mirrored import both_ways
    from explainer.segmentation.model import FCN
    from explainer.segmentation.resize import to_input, torchvision_input
    from explainer.segmentation.weights import bundled_state, model_info

    info = model_info(name)
    if info.bundled:
        net: Any = FCN()
        net.load_state_dict(bundled_state())
    else:
        state = networks.torchvision_state(name)
        aux = None if name.startswith("lraspp") else True
        net = get_model(name, weights=None, weights_backbone=None, num_classes=21, aux_loss=aux)
        net.load_state_dict(state)
    net.eval()

    def run(rgb: Any) -> Any:
        if info.bundled:
            scores = net.grow(both_ways(net, to_input(rgb, side)), name)
        else:
            scores = net(torchvision_input(rgb, side))["out"]
        grown = F.interpolate(scores, rgb.shape[:2], mode="bilinear", align_corners=False)
        return grown.argmax(1)[0].to(torch.uint8).numpy()

    return run


def measure(run: Callable[[Any], Any], rgb: Any, repeats: int) -> tuple[float, Any]:
    """The median time in ms after two warm-up runs, and the last answer."""
    answer = run(rgb)
    run(rgb)
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        answer = run(rgb)
        times.append((time.perf_counter() - start) * 1000)
    return sorted(times)[len(times) // 2], answer


def child(name: str, side: int, device: str, repeats: int, float32: bool) -> dict[str, Any]:
    """Measure one row in this process."""
    import torch

    from explainer.segmentation.devices import choose_device, describe
    from explainer.segmentation.inference import predict
    from explainer.segmentation.weights import model_info

    network = "fcn_resnet50" if name == REFERENCE else name
    bundled = model_info(network).bundled
    made_up = not bundled and use_random_weights(network)
    rgb = photo()
    chosen = ""
    if name == REFERENCE:
        ms, _ = measure(plain(network, side), rgb, repeats)
        agreement = 1.0
    else:
        before_crf = predict(rgb, network, side, device, float32=float32, crf=False)
        chosen = ", bfloat16" if before_crf.device.endswith("bfloat16") else ""
        ms, _ = measure(lambda rgb: predict(rgb, network, side, device, float32=float32).labels, rgb, repeats)
        agreement = 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    if name != REFERENCE:
        agreement = float((plain(network, side)(rgb) == before_crf.labels).mean())
    place = "cpu" if name == REFERENCE else device
    where = describe(choose_device(place)) + chosen
    row = {"ms": ms, "peak": peak, "agreement": agreement, "random": made_up, "device": where}
    if place == "cuda":
        row["peak"] = torch.cuda.max_memory_allocated() / 2**20
    return row


def in_process(name: str, side: int, device: str, repeats: int, float32: bool = False) -> dict[str, Any]:
    """Measure one row in a fresh process."""
    command = [sys.executable, __file__, "--child", name, "--sides", str(side), "--device", device]
    command += ["--repeats", str(repeats), *(["--float32"] if float32 else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name} at {side}: {done.stderr.strip().splitlines()[-1]}")
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return row


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sides", type=int, nargs="+", default=[320, 520])
    parser.add_argument("--only", nargs="*", help="networks to measure (default: all)")
    parser.add_argument("--device", help="cpu, cuda, mps, xpu (default: the CPU, and the accelerator if there is one)")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--float32", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(child(options.child, options.sides[0], options.device, options.repeats, options.float32)))
        return

    from explainer.segmentation.devices import choose_device
    from explainer.segmentation.weights import available_models

    devices = [options.device] if options.device else list(dict.fromkeys(["cpu", choose_device("auto").type]))
    print("| network | longer side | device | ms | times faster than the reference | peak MiB | equal labels |")
    print("|---|---:|---|---:|---:|---:|---:|")
    for side in options.sides:
        reference = in_process(REFERENCE, side, "cpu", options.repeats)
        print(line(REFERENCE, side, reference, reference["ms"]), flush=True)
        for info in available_models():
            if options.only and info.name not in options.only:
                continue
            own = BUNDLED_SIDES.get(side, side // 32 * 32 + 1) if info.bundled else side
            for device, float32 in itertools.product(devices, [True, False]):
                row = in_process(info.name, own, device, options.repeats, float32)
                name = f"{info.name}, {'float32' if float32 else 'as chosen'}"
                print(line(name, own, row, reference["ms"]), flush=True)


def line(name: str, side: int, row: dict[str, Any], reference_ms: float) -> str:
    """One row of the table."""
    star = "*" if row["random"] else ""
    return (
        f"| {name}{star} | {side} | {row['device']} | {row['ms']:.1f} | {reference_ms / row['ms']:.2f} "
        f"| {row['peak']:.0f} | {100 * row['agreement']:.2f} % |"
    )


if __name__ == "__main__":
    main()
