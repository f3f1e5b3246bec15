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
from explainer.segmentation.classes import ClassSet
from explainer.segmentation.doubt import without_doubted
from explainer.segmentation.inference import stride_tensors
from explainer.segmentation.model import FCN, Head
from explainer.segmentation.networks import load
from explainer.segmentation.prediction import StrideMaps
from explainer.segmentation.resize import voc_only

HEAD_OF: dict[int, Head] = {8: "fcn8s", 16: "fcn16s", 32: "fcn32s"}
"""Which network makes its last step from the map of that stride."""


@dataclass(frozen=True)
class Swapped:
    """An operator's answer.

    Attributes:
        name: the operator. page: stem of its page. how: what exactly was done, one or two sentences.
        labels: (H, W) at the working size.
        changed: share of the pixels whose label differs from the network's own.
    """

    name: str
    page: str
    how: str
    labels: NDArray[np.uint8]
    changed: float


def swapped(maps: StrideMaps, stride: int, photo: NDArray[np.uint8], classes: ClassSet = "all") -> tuple[Swapped, ...]:
    """The map of `stride` (8, 16 or 32) that a network grows in its last step, grown by every operator.

    `photo` is the upright photo; max unpooling takes its indices from the photo's brightness.

    Raises:
        ValueError: another stride.
    """
    if stride not in HEAD_OF:
        raise ValueError(f"got stride {stride}; allowed are {', '.join(map(str, HEAD_OF))}")
    net = cast(FCN, load("fcn8s", "cpu"))
    with torch.inference_mode():
        layer, every = net.last_upscore(stride_tensors(maps), HEAD_OF[stride])
        scores = without_doubted(every)
        chosen = voc_only if classes == "voc21" else torch.clone
        own = chosen(layer(scores)).argmax(1)[0]
        found = []
        for name, page, how, grow in _ways(layer, scores, stride, photo):
            labels = chosen(grow(scores)[..., : own.shape[0], : own.shape[1]])[0].argmax(0)
            changed = float((labels != own).float().mean())
            found.append(Swapped(name, page, how, labels.to(torch.uint8).numpy(), changed))
    return tuple(found)


Grow = Callable[[Tensor], Tensor]


def _ways(
    layer: torch.nn.ConvTranspose2d, x: Tensor, s: int, photo: NDArray[np.uint8]
) -> list[tuple[str, str, str, Grow]]:
    """(name, page, what is done, how to do it) for every operator."""
    size = (s * (x.shape[2] - 1) + 1, s * (x.shape[3] - 1) + 1)
    learned = TransposedConvolution(to_nested(layer.weight), s, s - 1, groups=x.shape[1])
    half = s // 2
    return [
        ("Learned transposed convolution", "transposed_convolution",
         f"The network's own: one learned {2 * s - 1} × {2 * s - 1} kernel for each class, stride {s}.",
         learned),
        ("Bilinear", "bilinear", "What the learned kernels began as, corners aligned.",
         Bilinear(None, size, align_corners=True)),
        ("Nearest neighbor", "nearest_neighbor",
         f"Blocks of {s} × {s}, moved up and left by {half} so that they surround their pixel.",
         lambda x: NearestNeighbor(s)(x)[:, :, half:, half:]),
        ("Bed of nails", "bed_of_nails",
         "Between the nails all scores are zero, so the first class wins there, whatever the photo shows.",
         BedOfNails(s)),
        ("Max unpooling", "max_unpooling",
         f"This network pools nothing, so the indices come from max pooling the photo's brightness ({s} × {s}); "
         "zeros, hence the first class, everywhere else.",
         lambda x: unpooled(x, s, photo, size)),
        ("Pixel shuffle", "pixel_shuffle",
         f"Of the 28 scores as they are it is not defined: {_refusal(PixelShuffle(s), x)} So each score is copied "
         f"{s * s} times, and the result is nearest neighbor's.",
         lambda x: PixelShuffle(s)(x.repeat_interleave(s * s, 1))[:, :, half:, half:]),
    ]  # fmt: skip


def _refusal(op: PixelShuffle, x: Tensor) -> str:
    """What the operator says about a map it does not take; nothing if it does."""
    try:
        op(x)
    except ValueError as refusal:
        return str(refusal)
    return ""


def unpooled(x: Tensor, s: int, photo: NDArray[np.uint8], size: tuple[int, int]) -> Tensor:
    """Each score put where the photo is brightest in the window of s x s around it, zeros elsewhere."""
    gray = np.asarray(Image.fromarray(photo).convert("L").resize(size[::-1], Image.Resampling.BILINEAR))
    bright = torch.from_numpy(gray.astype(np.float32))[None, None]
    _, indices = MaxPooling(s, s, s // 2).with_indices(bright)
    back = MaxUnpooling(to_nested(indices[0, 0].expand(x.shape[1], -1, -1)), s, s, s // 2, output_size=size)
    return back(x)
