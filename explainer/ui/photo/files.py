"""Take away: files made when asked for, sent inside the page. A download button would give them an open address."""

from __future__ import annotations

import base64
from pathlib import Path

import streamlit as st

from explainer.photos import to_png_bytes
from explainer.quantities import memory
from explainer.segmentation.answer import Pixels
from explainer.segmentation.weights import model_info
from explainer.ui.fetched_once import component
from explainer.ui.photo.asking import derived
from explainer.ui.photo.inside import heads
from explainer.ui.photo.labelled import Labelled, Request, ShownPhoto

HERE = Path(__file__).parent
_mount = component("photo_files", HERE / "files.js")
MOST_PIXELS = 16_000_000
"""Label maps of larger photos are given at the size that is shown."""
NOTE_OF_LOOKS = ", as it is and mirrored"
NOTE_OF_CRF = " A CRF draws the outlines."
File = dict[str, str]


def show_files(photo: ShownPhoto, request: Request, answer: Labelled) -> None:
    """The whole tab."""
    st.markdown("Everything is made anew from pixels: no place, date, camera or name from your file is in it.")
    three = heads(photo, answer)
    answers = three["answers"] if three else []
    key = ("files", request)
    found = derived(photo, key, lambda: make_files(photo, request, answer, answers), "Making the files")
    if found is not None:
        show_packed(found, "yp_files")
        st.caption(
            "Label map: a palette PNG whose pixel values are the class ids 0..27 (0..20 are VOC's), at the photo's own "
            f"size (up to {MOST_PIXELS // 10**6} megapixels)."
            + ("" if answers else " The animation from 32s to 8s is there for the bundled networks.")
        )


def make_files(photo: ShownPhoto, request: Request, answer: Labelled, answers: list[tuple[str, Pixels]]) -> list[File]:
    """All files, in the worker's thread."""
    from explainer.segmentation.label_maps import labels_png, overlay
    from explainer.segmentation.takeaway import animation_gif, figure_png, shares_csv

    info = model_info(request.model)
    width, height = answer.working_size[::-1]
    looks = NOTE_OF_LOOKS if answer.maps is not None else ""
    note = f"{info.title}, seen at {width} x {height}{looks}. {info.upsampling}{NOTE_OF_CRF if answer.crf else ''}"
    files = [
        packed_file("Label map (PNG)", "labels.png", "image/png", labels_png(full_labels(photo, request, answer))),
        packed_file("Overlay (PNG)", "overlay.png", "image/png", to_png_bytes(overlay(photo.rgb, answer.labels))),
        packed_file("Figure for slides (PNG)", "figure.png", "image/png",
              figure_png(photo.rgb, answer.labels, answer.confidence, note, answer.classes)),
        packed_file("Class shares (CSV)", "classes.csv", "text/csv", shares_csv(answer.labels, answer.confidence)),
    ]  # fmt: skip
    if answers:
        files.append(
            packed_file("32s to 8s (GIF)", "fcn-32s-to-8s.gif", "image/gif", animation_gif(photo.rgb, answers))
        )
    return files


def full_labels(photo: ShownPhoto, request: Request, answer: Labelled) -> Pixels:
    """The label map at the photo's own size, where that is affordable."""
    from explainer.segmentation.inference import predict

    own = (photo.height, photo.width)
    if own == answer.labels.shape or photo.width * photo.height > MOST_PIXELS:
        return answer.labels
    return predict(
        photo.rgb, request.model, request.side, request.device, label_size=own, classes=request.classes, crf=request.crf
    ).labels


def show_packed(files: list[File], key: str) -> None:
    """A button for each file."""
    _mount(key=key, data={"files": files})


def packed_file(label: str, name: str, mime: str, content: bytes) -> File:
    """A file as the page's buttons give it away."""
    packed = base64.b64encode(content).decode()
    return {"label": label, "name": name, "mime": mime, "content": packed, "size": memory(len(content))}
