"""One score map of the bundled network, grown to full size by every operator: what would the answer have been?

Corners are aligned throughout: pixel j of a map of stride s belongs to pixel s*j of the full map (sides n+1 and sn+1).
Operators that work block by block give sides s(n+1); what sticks out is cropped, and `how` says where.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from explainer.operators import (
    BedOfNails,
    Bilinear,
    MaxPooling,
    MaxUnpooling,
    NearestNeighbor,
    PixelShuffle,
    TransposedConvolution,
    to_nested,
)
from explainer.segmentation.model import FCN, Head
from explainer.segmentation.networks import load
from explainer.segmentation.predict import stride_tensors
from explainer.segmentation.prediction import StrideMaps

HEAD_OF: dict[int, Head] = {8: "fcn8s", 16: "fcn16s", 32: "fcn32s"}
"""Which network makes its last step from the map of that stride."""


@dataclass(frozen=True)
class Swapped:
    """An operator's answer.

    Attributes:
        name: the operator. page: stem of its page. how: what exactly was done, one or two sentences.
        labels: (H, W) at the working size; None where the operator refuses the map, and then `how` says why.
        changed: share of the pixels whose label differs from the network's own.
    """

    name: str
    page: str
    how: str
    labels: NDArray[np.uint8] | None
    changed: float


def swapped(maps: StrideMaps, stride: int, photo: NDArray[np.uint8]) -> tuple[Swapped, ...]:
    """The map of `stride` (8, 16 or 32) that a network grows in its last step, grown by every operator.

    `photo` is the upright photo; max unpooling takes its indices from the photo's brightness.

    Raises:
        ValueError: another stride.
    """
    if stride not in HEAD_OF:
        raise ValueError(f"got stride {stride}; allowed are {', '.join(map(str, HEAD_OF))}")
    net = cast(FCN, load("fcn8s", "cpu"))
    with torch.inference_mode():
        layer, scores = net.last_upscore(stride_tensors(maps), HEAD_OF[stride])
        own = layer(scores).argmax(1)[0]
        found = []
        for name, page, how, grow in _ways(layer, scores, stride, photo):
            labels, why = _labels(grow, own.shape)
            changed = float((labels != own).float().mean()) if labels is not None else 1.0
            pixels = labels.to(torch.uint8).numpy() if labels is not None else None
            found.append(Swapped(name, page, f"{how} {why}".strip(), pixels, changed))
    return tuple(found)


def _labels(grow: Callable[[], Tensor], size: torch.Size) -> tuple[Tensor | None, str]:
    """The best class everywhere, or the operator's refusal."""
    try:
        return grow()[0, :, : size[0], : size[1]].argmax(0), ""
    except ValueError as refusal:
        return None, str(refusal)


def _ways(
    layer: torch.nn.ConvTranspose2d, x: Tensor, s: int, photo: NDArray[np.uint8]
) -> list[tuple[str, str, str, Callable[[], Tensor]]]:
    """(name, page, what is done, how to do it) for every operator."""
    size = (s * (x.shape[2] - 1) + 1, s * (x.shape[3] - 1) + 1)
    learned = TransposedConvolution(to_nested(layer.weight), s, s - 1, groups=x.shape[1])
    half = s // 2
    copies = x.repeat_interleave(s * s, 1)
    return [
        ("Learned transposed convolution", "transposed_convolution",
         f"The network's own: one learned {2 * s - 1} × {2 * s - 1} kernel for each class, stride {s}.",
         lambda: learned(x)),
        ("Bilinear", "bilinear", "What the learned kernels began as, corners aligned.",
         lambda: Bilinear(None, size, align_corners=True)(x)),
        ("Nearest neighbor", "nearest_neighbor",
         f"Blocks of {s} × {s}, moved up and left by {half} so that they surround their pixel.",
         lambda: NearestNeighbor(s)(x)[:, :, half:, half:]),
        ("Bed of nails", "bed_of_nails",
         "Between the nails all scores are zero, so the first class, background, wins there.",
         lambda: BedOfNails(s)(x)),
        ("Max unpooling", "max_unpooling",
         f"This network pools nothing, so the indices come from max pooling the photo's brightness ({s} × {s}); "
         "zeros, hence background, everywhere else.",
         lambda: unpooled(x, s, photo, size)),
        ("Pixel shuffle", "pixel_shuffle", "Of the 21 scores as they are:", lambda: PixelShuffle(s)(x)),
        ("Pixel shuffle of copies", "pixel_shuffle",
         f"With each score copied {s * s} times it is defined, and the same as nearest neighbor.",
         lambda: PixelShuffle(s)(copies)[:, :, half:, half:]),
    ]  # fmt: skip


def unpooled(x: Tensor, s: int, photo: NDArray[np.uint8], size: tuple[int, int]) -> Tensor:
    """Each score put where the photo is brightest in the window of s x s around it, zeros elsewhere."""
    grey = np.asarray(Image.fromarray(photo).convert("L").resize(size[::-1], Image.Resampling.BILINEAR))
    bright = torch.from_numpy(grey.astype(np.float32))[None, None]
    _, indices = MaxPooling(s, s, s // 2).with_indices(bright)
    back = MaxUnpooling(to_nested(indices[0, 0].expand(x.shape[1], -1, -1)), s, s, s // 2, output_size=size)
    return back(x)
