"""Versions of a photo to judge on: as it is, mirrored, and cut a little, so that a choice hangs less on luck.

What a network finds depends on how things lie on its grid of 32 pixels. On the photographs on which a file was chosen
among many, the chosen one was also the luckiest: mirrored, the same photographs gave 2.6 points less on VOC. The mean
over some versions tells files apart that one version does not.
"""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np

from training.packs import Sample

CUT = 0.07
"""The largest share of a side that is cut off at each end."""


def version(sample: Sample, number: int) -> Sample:
    """Version 0 is the photo as it is; odd ones are mirrored; from 2 on each end of each side loses up to `CUT`, drawn
    from the number and the photo's name."""
    height, width = sample.mask.shape
    top, bottom, left, right = 0, 0, 0, 0
    if number > 1:
        rng = np.random.default_rng((number, zlib.crc32(sample.name.encode())))
        top, bottom, left, right = (int(rng.integers(1 + int(CUT * side))) for side in (height, height, width, width))
    window = np.s_[top : height - bottom, left : width - right]
    turn = -1 if number % 2 else 1
    parts = (np.ascontiguousarray(part[window][:, ::turn]) for part in (sample.rgb, sample.mask, sample.targets))
    return replace(sample, **dict(zip(("rgb", "mask", "targets"), parts, strict=True)))
