"""What the indices of max pooling carry: a photo through the bundled DeconvNet, down once and up in four ways.

At each of the five poolings one channel is followed: the one whose unpooled map varies most with this photo's own
indices. The paper's figure 4 shows its decoder in the same manner.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explainer.experiments.hourglass import loudest_channel
from explainer.segmentation.deconvnet import POOLINGS, DeconvNet, Down, Up
from explainer.segmentation.label_maps import class_differences
from explainer.segmentation.remembered import REPLACEMENTS, Replacement, Told, corners, seen, sides, to_input

Pixels = NDArray[np.uint8]
Map = NDArray[np.float32]
NOWHERE = 4
"""A corner's number where the value goes to all four pixels."""


@dataclass(frozen=True)
class Pooling:
    """One pooling, the finest first: the `channel` that is followed, its map `before` (h, w), and which of its window's
    four pixels each index names, `kept` (h/2, w/2): 0 top left, 1 top right, 2 bottom left, 3 bottom right."""

    channel: int
    channels: int
    before: Map
    kept: Pixels


@dataclass(frozen=True)
class Unpooling:
    """One unpooling: the followed channel's `values` (h/2, w/2), the corner that each was `put` to (`NOWHERE` for all
    four), and what the transposed convolutions made of it, `grown` (h, w), in the channel that varies most."""

    values: Map
    put: Pixels
    grown: Map
    grown_channel: int


@dataclass(frozen=True)
class Way:
    """The way up with some indices: `rises` by pooling, the finest first; the `labels` (H, W) of groups; the share of
    pixels with the `same` label as with this photo's own indices, and the mean `overlap` (IoU) of its groups."""

    told: Replacement
    rises: tuple[Unpooling, ...]
    labels: Pixels
    same: float
    overlap: float


@dataclass(frozen=True)
class Journey:
    """A photo as the network saw it (H, W, 3), its poolings, the ways up (its own indices first), and milliseconds."""

    photo: Pixels
    poolings: tuple[Pooling, ...]
    ways: tuple[Way, ...]
    milliseconds: float


@torch.inference_mode()
def travel(net: DeconvNet, rgb: Pixels, other_rgb: Pixels) -> Journey:
    """A photo (H, W, 3) down and up in every way; the other photo, at the same size, lends its indices."""
    size = sides(rgb.shape[0], rgb.shape[1])
    start = time.perf_counter()
    own = net.down(to_input(rgb, size))
    intact = net.up(own.bottom, own.indices)
    spent = (time.perf_counter() - start) * 1000
    other = net.down(to_input(other_rgb, size))
    followed = [loudest_channel(one.unpooled) for one in reversed(intact.rises)]
    grown = [loudest_channel(one.grown) for one in reversed(intact.rises)]
    poolings = tuple(pooling(own, level, channel) for level, channel in enumerate(followed))
    own_labels = labels_of(intact)
    ways = []
    for one in REPLACEMENTS:
        told = one.told(own, other)
        up = net.up(own.bottom, told)
        labels = labels_of(up)
        rises = tuple(unpooling(up, told, level, followed[level], grown[level]) for level in range(POOLINGS))
        ways.append(Way(one, rises, labels, float((labels == own_labels).mean()), overlap(own_labels, labels)))
    return Journey(seen(rgb, size), poolings, tuple(ways), spent)


def labels_of(up: Up) -> Pixels:
    """The best group at each pixel, (H, W)."""
    labels: Pixels = up.scores[0].argmax(0).byte().numpy()
    return labels


def overlap(first: Pixels, second: Pixels) -> float:
    """The mean IoU of the groups that the first label map shows."""
    return float(np.mean([one.overlap for one in class_differences(first, second) if one.first > 0]))


def pooling(own: Down, level: int, channel: int) -> Pooling:
    """What one pooling met and kept."""
    maps, indices = own.maps[level][0], own.indices[level]
    kept = corners(indices[:, channel : channel + 1])[0, 0].byte().numpy()
    return Pooling(channel, len(maps), plain(maps[channel]), kept)


def unpooling(up: Up, told: Told, level: int, channel: int, grown_channel: int) -> Unpooling:
    """What the unpooling that mirrors a pooling was told and did. The coarsest rise is the first one."""
    rise = up.rises[POOLINGS - 1 - level]
    before = up.start if level == POOLINGS - 1 else up.rises[POOLINGS - 2 - level].grown
    places = told[level]
    values = plain(before[0, channel])
    if places is None:
        put = np.full(values.shape, NOWHERE, np.uint8)
    else:
        put = corners(places[:, channel : channel + 1])[0, 0].byte().numpy()
    return Unpooling(values, put, plain(rise.grown[0, grown_channel]), grown_channel)


def plain(values: Tensor) -> Map:
    """A map as an array of its own."""
    found: Map = values.float().contiguous().numpy().copy()
    return found


def unpooled(rise: Unpooling) -> Map:
    """The followed channel's map after the unpooling, (h, w): what torch's own unpooling gives."""
    height, width = rise.values.shape
    blocks = np.zeros((height, width, 4), np.float32)
    for corner in range(4):
        there = (rise.put == corner) | (rise.put == NOWHERE)
        blocks[..., corner] = np.where(there, rise.values, 0)
    grid = blocks.reshape(height, width, 2, 2).transpose(0, 2, 1, 3)
    return grid.reshape(2 * height, 2 * width)
