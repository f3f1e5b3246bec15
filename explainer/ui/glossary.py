"""The terms of the field as this app uses them, each with the page that shows it, and what people get wrong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from explainer.lessons import LESSONS, find_lesson
from explainer.ui.fetched_once import as_text, component
from explainer.ui.lessons import open_lesson, quoted
from explainer.ui.navigation import entry
from explainer.ui.part import part

_mount = component("glossary", Path(__file__).with_name("glossary.js"))


@dataclass(frozen=True)
class Term:
    """A word, what it means, and the stem of the page that shows it."""

    word: str
    meaning: str
    page: str


TERMS = (
    Term("feature map", "What a layer hands on: C channels of H × W pixels, in torch (N, C, H, W).", "start"),
    Term("semantic segmentation", "A class for every pixel. Two animals of one class are one region.", "start"),
    Term("label map, score map", "Label map: the class of each pixel, after argmax over the channels. Score map "
         "(logits): what stands there before it.", "your_photo"),
    Term("patch", "The pixels around a place. The oldest way to segment classifies one patch for each pixel.",
         "sliding_window"),
    Term("receptive field", "All input pixels that can change one output pixel.", "sliding_window"),
    Term("stride (s)", "In a convolution input pixels for each output pixel; in a transposed one output pixels for "
         "each input pixel.", "strided_convolution"),
    Term("padding (p)", "Zeros around the input of a convolution. In a transposed convolution it crops the output.",
         "transposed_convolution"),
    Term("dilation (d)", "Distance between the kernel's taps.", "strided_convolution"),
    Term("output_padding (a)", "Un-crops the end of each axis; picks one of the sizes that share an output size.",
         "transposed_convolution"),
    Term("kernel, weight", "The small grid of numbers that is multiplied with the input. Prose says kernel, code says "
         "weight.", "strided_convolution"),
    Term("equivariance", "Move the input, and the output moves along: so a convolution answers, by steps of its "
         "stride, but not to a mirror image, as a kernel has a left and a right.", "your_photo"),
    Term("convolution", "In torch, and here, cross-correlation: the kernel is not flipped.", "strided_convolution"),
    Term("transposed convolution", "Multiply by Cᵀ, the transposed matrix of a convolution. Not its inverse. "
         "“Deconvolution” is an older, misleading name.", "transposed_convolution"),
    Term("stretched input", "The input with s - 1 zeros between its pixels and a border of d(k-1) - p: an ordinary "
         "convolution with the turned kernel then gives the transposed convolution's output.",
         "transposed_convolution"),
    Term("gather and scatter", "Reading a matrix by rows (each output pixel collects) or by columns (each input pixel "
         "hands out).", "matrix_1d"),
    Term("C and Cᵀ", "The matrix of a convolution: one row for each output pixel. Transposed, it leads back to the "
         "input's size.", "matrix_1d"),
    Term("doubly blocked matrix", "The matrix of a 2D convolution: bands inside bands.", "matrix_2d"),
    Term("nearest neighbor", "Every pixel is copied into a block.", "nearest_neighbor"),
    Term("bed of nails", "Every pixel in the corner of a block of zeros.", "bed_of_nails"),
    Term("max unpooling, indices", "Values go back to where the maxima stood; the indices are flat positions in one "
         "channel's map.", "max_unpooling"),
    Term("bilinear", "A weighted mean of the nearest pixels: two in 1D, four in 2D.", "bilinear"),
    Term("pixel shuffle, upscale_factor (r)", "r² channels are rearranged into one map of r times the size.",
         "pixel_shuffle"),
    Term("overlap, checkerboard artifacts", "Where stamps overlap unevenly, a regular pattern appears.",
         "checkerboard"),
    Term("skip, fuse, FCN-32s/16s/8s", "Scores of finer maps are added on the way up; the number is the stride of the "
         "last map before the final upsampling.", "your_photo"),
    Term("upscore", "A transposed convolution that enlarges score maps.", "your_photo"),
    Term("conditional random field (CRF)", "Behind a network: pixels that are near each other and look alike should "
         "have one label, so that outlines move to the photo's edges.", "your_photo"),
    Term("test-time augmentation", "The network looks at a photo several times, here as it is and mirrored, and the "
         "mean of its scores counts.", "your_photo"),
)  # fmt: skip


@part
def show_glossary() -> None:
    """Every term and every experiment, each with its page, and a field that finds them by what they say.

    One component: as texts, links and buttons of Streamlit's own they are seventy messages to each who opens the page.
    """
    clicked = _mount(key="gl_terms", data=told(), on_page_change=lambda: None, on_lesson_change=lambda: None)
    follow(clicked.page, clicked.lesson)


def follow(page: Any, slug: Any) -> None:
    """Open the page or the experiment that a browser says was clicked, if there is one of that name."""
    if str(page) in {term.page for term in TERMS}:
        st.switch_page(entry(str(page)).path)
    if lesson := find_lesson(str(slug)):
        open_lesson(lesson)


@cache
def told() -> str:
    """The terms in alphabetical order and the experiments by page, as the component reads them."""
    terms = sorted(TERMS, key=lambda one: one.word.lower())
    stems = list(dict.fromkeys(lesson.page for lesson in LESSONS))
    lessons = sorted(LESSONS, key=lambda one: stems.index(one.page))
    return as_text({
        "terms": [{"word": one.word, "meaning": one.meaning, **place(one.page)} for one in terms],
        "lessons": [{"slug": one.slug, "claim": quoted(one.claim), **place(one.page)} for one in lessons],
    })  # fmt: skip


def place(stem: str) -> dict[str, str]:
    """A page, as a link to it needs it."""
    return {"page": stem, "title": entry(stem).title, "address": entry(stem).url_path}
