"""Any picture to RGB on white, strip by strip: alpha composited, colors brought to sRGB, reduced as it goes."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from explainer.photos.deep import eight_bits, is_deep

#: Pixels of a strip: what is held beside the decoded picture.
STRIP = 1_000_000
#: Color spaces of profiles -> Pillow's mode.
_SPACES = {"RGB ": "RGB", "CMYK": "CMYK", "GRAY": "L"}
_ALPHA = ("RGBA", "LA", "PA", "La", "RGBa")


def flatten(image: Image.Image, long_side: int | None) -> tuple[Image.Image, tuple[str, ...]]:
    """A decoded picture as RGB with no side longer than `long_side`, and what to say about it."""
    if is_deep(image):
        clear = image.info.get("transparency")
        gray, said = eight_bits(np.asarray(image), clear if isinstance(clear, int | float) else None)
        return _thumbnail(Image.fromarray(gray).convert("RGB"), long_side), said
    profile = _profile(image)
    mode = "CMYK" if image.mode == "CMYK" and profile is not None else "RGB"
    flat = _thumbnail(_reduced(image, mode, _factor(image, long_side)), long_side)
    return _srgb(flat, profile), ()


def _thumbnail(image: Image.Image, long_side: int | None) -> Image.Image:
    if long_side is not None:
        image.thumbnail((long_side, long_side), Image.Resampling.LANCZOS, reducing_gap=None)
    return image


def _factor(image: Image.Image, long_side: int | None) -> int:
    """By how much whole blocks of pixels may be averaged first; at least twice the wanted size remains."""
    return 1 if long_side is None else max(1, max(image.size) // (2 * long_side))


def _reduced(image: Image.Image, mode: str, factor: int) -> Image.Image:
    """The picture in `mode`, blocks of factor x factor pixels averaged, without a second copy of its full size."""
    width, height = image.size
    rows = max(factor, STRIP // width // factor * factor)
    whole = Image.new(mode, (-(-width // factor), -(-height // factor)))
    for top in range(0, height, rows):
        strip = on_white(image.crop((0, top, width, min(height, top + rows))), image.info, mode)
        whole.paste(strip.reduce(factor) if factor > 1 else strip, (0, top // factor))
    return whole


def on_white(strip: Image.Image, info: dict[Any, Any], mode: str) -> Image.Image:
    """A piece of a picture, its transparency laid on white."""
    if "transparency" in info:
        strip.info["transparency"] = info["transparency"]
    if strip.mode in _ALPHA or "transparency" in strip.info:
        layer = strip.convert("RGBA")
        white = Image.new("RGBA", layer.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, layer).convert("RGB")
    return strip.convert(mode)


def _profile(image: Image.Image) -> ImageCms.ImageCmsProfile | None:
    """The embedded color profile if it fits the picture; a broken one is as good as none."""
    data = image.info.get("icc_profile")
    if not data:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
        space = _SPACES.get(str(profile.profile.xcolor_space))
    except (OSError, ImageCms.PyCMSError, ValueError, TypeError):
        return None
    fits = {"RGB": ("RGB", "RGBA", "P", "PA"), "CMYK": ("CMYK",), "L": ("L", "LA", "1")}
    return profile if space and image.mode in fits[space] else None


def _srgb(flat: Image.Image, profile: ImageCms.ImageCmsProfile | None) -> Image.Image:
    """Colors as an sRGB screen shows them; where the profile cannot be used, as they are."""
    if profile is None:
        return flat.convert("RGB")
    gray = str(profile.profile.xcolor_space) == "GRAY"
    source = flat.convert("L") if gray else flat
    try:
        turned = ImageCms.profileToProfile(source, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (OSError, ImageCms.PyCMSError, ValueError):
        return flat.convert("RGB")
    return turned if turned is not None else flat.convert("RGB")
