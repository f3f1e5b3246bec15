"""Photos come in: samples by name, uploads and camera pictures by their bytes. What is refused gets one sentence.

A file's name is never used, not even shown. Decoded photos live in the visitor's session, the newest few of them.
"""

from __future__ import annotations

import hashlib
import time
from functools import lru_cache
from typing import Any

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from explainer.photos import MAX_BYTES, PhotoError, read_photo
from explainer.segmentation.samples import sample
from explainer.ui.photo.asking import results
from explainer.ui.photo.labelled import ShownPhoto

KEPT = 6
"""Photos of one visitor that are kept at a time."""
OWN, SHOWN, REFUSED, ROUND = "yp_own", "yp_shown", "yp_refused", "yp_round"


@lru_cache(maxsize=16)
def sample_photo(name: str) -> ShownPhoto:
    """One of the photos that come with the app."""
    one = sample(name)
    start = time.perf_counter()
    photo = read_photo(one.path.read_bytes())
    spent = (time.perf_counter() - start) * 1000
    return ShownPhoto(f"sample:{name}", one.title, photo.rgb, photo.width, photo.height, spent)


def own_photos() -> dict[str, ShownPhoto]:
    """This visitor's photos by their SHA-256, the oldest first."""
    photos: dict[str, ShownPhoto] = st.session_state.setdefault(OWN, {})
    return photos


def take(data: bytes, title: str) -> ShownPhoto:
    """Decode a visitor's file. Raises PhotoError with one sentence."""
    start = time.perf_counter()
    photo = read_photo(data)
    spent = (time.perf_counter() - start) * 1000
    key = hashlib.sha256(data).hexdigest()
    return ShownPhoto(key, title, photo.rgb, photo.width, photo.height, spent, photo.notices)


def uploads_changed() -> None:
    """Take in what is new in the uploader, and drop what was taken out of it."""
    files: list[Any] = st.session_state.get(widget("upload")) or []
    _take_all([file.getvalue() for file in files], "Photo")


def camera_changed() -> None:
    """Take in the picture just taken."""
    shot = st.session_state.get(widget("camera"))
    _take_all([shot.getvalue()] if shot is not None else [], "Camera")


def _take_all(files: list[bytes], title: str) -> None:
    photos, refused, present = own_photos(), [], set()
    for number, data in enumerate(files, 1):
        key = hashlib.sha256(data).hexdigest()
        present.add(key)
        try:
            if key not in photos:
                photos[key] = take(data, f"{title} {number}" if title == "Photo" else title)
                st.session_state[SHOWN] = key
        except PhotoError as problem:
            refused.append(f"File {number}: {problem}" if len(files) > 1 else str(problem))
    for key in [key for key, photo in photos.items() if photo.title.startswith(title) and key not in present]:
        drop(key)
    if len(photos) > KEPT:
        refused.append(f"Only the newest {KEPT} photos are kept.")
    for key in list(photos)[: max(0, len(photos) - KEPT)]:
        drop(key)
    st.session_state[REFUSED] = refused


def drop(key: str) -> None:
    """Forget one photo and its results; if it was the one shown, the newest of the others is."""
    photos = own_photos()
    del photos[key]
    results().drop(key)
    if st.session_state.get(SHOWN) == key:
        st.session_state[SHOWN] = next(reversed(photos), "")


def forget() -> None:
    """Drop all photos and results of this visitor, and the files that the widgets hold."""
    for held in (st.session_state.get(widget("upload")) or [], [st.session_state.get(widget("camera"))]):
        release(held)
    for name in (OWN, SHOWN, REFUSED, "yp_results"):
        st.session_state.pop(name, None)
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1


def release(files: list[Any]) -> None:
    """Let Streamlit forget files at once; it would keep them until the session ends."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for file in filter(None, files):
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def widget(name: str) -> str:
    """The key of the uploader or the camera; another one after everything was forgotten."""
    return f"yp_{name}_{st.session_state.get(ROUND, 0)}"


def show_intake() -> None:
    """The drop zone, the camera and the refusals."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        st.file_uploader(
            "Your own photos", "image", True, key=widget("upload"), on_change=uploads_changed,
            help=f"Several at once if you like, each up to {MAX_BYTES >> 20} MB.", label_visibility="collapsed",
        )  # fmt: skip
    with right:
        camera = st.toggle("Use the camera", key="yp_use_camera", help="Browsers allow it on HTTPS or localhost only.")
        if own_photos():
            st.button("Forget my photos", on_click=forget, icon=":material/delete:")
    with st.container():
        if camera:
            st.camera_input("Take a photo", key=widget("camera"), on_change=camera_changed, width=420)
            st.caption("No picture? The camera works only over HTTPS or on localhost; uploading works everywhere.")
    with st.container():
        for sentence in st.session_state.get(REFUSED, []):
            st.error(sentence, icon=":material/broken_image:")


def chosen_photo(sample_name: str) -> ShownPhoto:
    """The photo that is shown: the visitor's choice among their own, else the sample."""
    own = own_photos().get(st.session_state.get(SHOWN, ""))
    return own or sample_photo(sample_name)
