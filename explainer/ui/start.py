"""The start page's pictures: a network on its way down and up, and four tasks on one photograph.

They need torch, which takes seconds to import; the first page of a fresh server does not wait for it. Until the server
has warmed up, placeholders stand there, and the part of the page looks again every second.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from explainer.experiments.drawings import as_image
from explainer.ui import lecture
from explainer.ui.fetched_once import address_of
from explainer.ui.frame import WARM

#: Classes that cover less of the photo than this are left out of the sentence.
WORTH_NAMING = 0.01
#: Width of the four pictures in pixels: four stand beside each other on a projector.
TASK_WIDTH = 520
TASKS = (
    ("Classification", "One word for the whole picture: **{word}**. Where? It does not say."),
    ("Semantic segmentation", "A class for every pixel: {classes}. The animals are one region."),
    ("Object detection", "A box and a class for each object: {count} boxes."),
    ("Instance segmentation", "The pixels of each object, one by one: {count} animals."),
)


def show_pictures() -> None:
    """The moving picture and the four tasks, as soon as the server can make them."""
    if WARM.is_set():
        show_made()
    else:
        wait()


@st.fragment(run_every=1.0)
def wait() -> None:
    """Placeholders of the pictures' size; asks for a new run of the page once the server is warm."""
    if WARM.is_set():
        st.rerun()
    st.skeleton(height=260)
    st.caption("The network is being loaded ...")


def show_made() -> None:
    """The pictures themselves; every visitor sees the same, so they are made once."""
    if lecture.shows("hourglass"):
        show_hourglass()
    if lecture.shows("tasks"):
        show_tasks()
    if lecture.shows("pair"):
        show_pair()


def show_hourglass() -> None:
    """Real maps on their way down and up."""
    from explainer.ui.theme import theme

    alt = "Real maps of a photo: down to 1/32 of its size, and up again to an answer"
    st.html(as_image(moving_picture(theme()), alt, least=900))
    st.caption(
        "Real maps of the photo at the left, computed by the network that comes with this app. On the way down the "
        "channel that varies most; on the way up the best class of the fused scores."
    )


@st.cache_resource(max_entries=1, show_spinner=False)
def show_tasks() -> None:
    """Four questions about one photo, answered; the pictures' files are made once for everybody."""
    from explainer.experiments import herd
    from explainer.segmentation.classes import CLASS_COUNT, SCENE_IDS, display_name

    _, labels = answered()
    scenes = (0, *SCENE_IDS)
    word = display_name(herd.commonest(labels, scenes))
    classes = ", ".join(display_name(one, "all") for one in range(CLASS_COUNT) if (labels == one).mean() > WORTH_NAMING)
    st.header("Four questions about one photo")
    pictures = four_pictures()
    with st.grid(4, min_column_width=150) as grid:
        for (title, words), picture in zip(TASKS, pictures, strict=True):
            told = words.format(word=word, classes=classes, count=len(herd.OUTLINES))
            with grid.cell():
                st.image(picture, width="stretch", alt=f"{title}. {told.replace('**', '')}")
                st.markdown(f"**{title}**  \n{told}")
    st.caption(
        "The words and the classes are the network's own answer; boxes and animals are outlines drawn by hand for this "
        f"page. Photo: {credit()}."
    )


@st.cache_resource(max_entries=1, show_spinner=False)
def show_pair() -> None:
    """What a network is trained with: a photo, and the label map that a person drew; made once for everybody."""
    from explainer.experiments import herd
    from explainer.segmentation.classes import colorize

    photo, _ = answered()
    st.header("What it learns from: pairs")
    words, left, right = st.columns((2, 3, 3), vertical_alignment="center")
    words.markdown(
        "Somebody draws the class of every pixel, for hundreds or thousands of photos. The network sees a photo, its "
        "answer is compared with the drawing **pixel by pixel**, and the weights move a little."
    )
    left.image(photo, width="stretch", alt="The photo: five horses on a meadow")
    right.image(colorize(herd.label_map()), width="stretch", alt="The label map: each pixel horse or background")


@st.cache_resource(max_entries=2, show_spinner=False)
def moving_picture(theme: str) -> str:
    """The address of the hourglass, an SVG of half a megabyte: within the page it would cost every visit that."""
    from explainer.experiments import hourglass
    from explainer.ui.aside import aside

    photo, _ = answered()
    return address_of("hourglass", "svg", hourglass.drawn(aside(lambda: hourglass.tiles(photo)), theme))


@st.cache_resource(max_entries=1, show_spinner=False)
def answered() -> tuple[Any, Any]:
    """The photo (519, 800, 3) and the network's label map of it. Not to be changed by the caller."""
    from explainer.experiments import herd
    from explainer.photos import read_photo
    from explainer.segmentation.inference import predict
    from explainer.segmentation.samples import sample
    from explainer.ui.aside import aside

    photo = read_photo(sample(herd.NAME).path.read_bytes(), long_side=herd.SIZE[0]).rgb
    return photo, aside(lambda: predict(photo, device="cpu").labels)


@st.cache_resource(max_entries=1, show_spinner=False)
def four_pictures() -> tuple[Any, ...]:
    """One picture for each task, in the order of `TASKS`."""
    import numpy as np
    from PIL import Image

    from explainer.experiments import herd
    from explainer.segmentation.label_maps import overlay

    photo, labels = answered()
    pictures = (photo, overlay(photo, labels), herd.with_boxes(photo), herd.with_instances(photo))
    size = (TASK_WIDTH, round(TASK_WIDTH * photo.shape[0] / photo.shape[1]))
    return tuple(np.asarray(Image.fromarray(one).resize(size, Image.Resampling.LANCZOS)) for one in pictures)


def credit() -> str:
    """Who made the photo."""
    from explainer.experiments import herd
    from explainer.segmentation.samples import sample

    one = sample(herd.NAME)
    return f"{one.title}, {one.credit}"
