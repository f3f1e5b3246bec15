"""A photo with a network's answer, cut down to what the page shows. Runs in a worker's thread; no Streamlit here."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from explainer.segmentation import worker
from explainer.segmentation.answer import Answer, Pixels
from explainer.segmentation.classes import ClassSet
from explainer.segmentation.served import answer
from explainer.ui.addressed import Addressed, addressed
from explainer.ui.photo.picture import view_of

if TYPE_CHECKING:
    from explainer.segmentation.inference import LeftOut


@dataclass(frozen=True)
class ShownPhoto:
    """A photo to label.

    Attributes:
        key: `sample:` and its name, or the SHA-256 of the file's bytes. title: for captions; never a file's name.
        rgb: upright pixels, reduced. width, height: the photo's own size. read_ms: time to decode it.
    """

    key: str
    title: str
    rgb: Pixels
    width: int
    height: int
    read_ms: float
    notices: tuple[str, ...] = ()

    @property
    def is_sample(self) -> bool:
        """Whether everybody may see it."""
        return self.key.startswith("sample:")


@dataclass(frozen=True)
class Request:
    """How a photo is to be labelled: a network's name, the working size, the device, the answers that count, and
    whether a CRF follows."""

    model: str
    side: int
    device: str
    classes: ClassSet = "all"
    crf: bool = False


@dataclass(frozen=True)
class Labelled(Answer):
    """A network's answer, what the viewer in the browser gets, and the objects that the label map does without.

    A sample's view has an address, as everybody may see it; a visitor's own never gets one.
    """

    view: dict[str, Any] | Addressed
    left_out: tuple[LeftOut, ...]


def label(photo: ShownPhoto, request: Request) -> Labelled:
    """Run the network, here or on its server, and draw the answer.

    Torch has one thread in this process, also where the network ran elsewhere and many wait for it beside each other;
    waiting for that thread is no drawing, so it is over before the time is taken.
    """
    from explainer.segmentation.inference import left_out

    found = answer(photo.rgb, request.model, request.side, request.device, request.classes, request.crf)
    gone = worker.LOCAL.run(lambda: left_out(found.maps, found.model, found.classes))
    start = time.perf_counter()
    view = view_of(
        photo.rgb, found.labels, found.confidence, found.probabilities, found.working_size, found.classes
    )  # fmt: skip
    view |= _fields(request.model) | {"crf": found.crf}
    draw = (time.perf_counter() - start) * 1000
    times = {"read": photo.read_ms, **found.milliseconds, "draw": draw}
    shown = addressed(view) if photo.is_sample else view
    return Labelled(**{**vars(found), "milliseconds": times}, view=shown, left_out=gone)


def _fields(model: str) -> dict[str, list[dict[str, int]]]:
    """How far around its center a pixel of each score map sees; only the bundled network is known so closely."""
    from explainer.segmentation.anatomy import field_of_pixel
    from explainer.segmentation.model import HEADS

    strides = {"fcn32s": (32,), "fcn16s": (16, 32), "fcn8s": (8, 16, 32)}
    if model not in HEADS:
        return {}
    return {"fields": [{"stride": s, "reach": -field_of_pixel(0, 0, s, "fcn8s")[0]} for s in strides[model]]}
