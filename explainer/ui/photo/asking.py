"""Asking the network: one queue for all visitors, a newer request in place of an older one, the place in line shown."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError
from dataclasses import replace
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explainer.segmentation import served, worker
from explainer.ui.crowd import leave
from explainer.ui.events import tell
from explainer.ui.photo.labelled import Labelled, Request, ShownPhoto, label
from explainer.ui.shelf import Shelf

T = TypeVar("T")
KEPT = 12
"""Results a visitor's session keeps."""
CALM = 0.25
"""Seconds without a further change before a hasty visitor's request is worked on."""
SAMPLES: Shelf[Labelled] = Shelf(48)
"""Answers for the sample photos, which everybody may see, 2 MB each. Nothing of a visitor ever comes in here."""


def results() -> Shelf[object]:
    """What this visitor's session keeps."""
    if "yp_results" not in st.session_state:
        st.session_state["yp_results"] = Shelf(KEPT)
    shelf: Shelf[object] = st.session_state["yp_results"]
    return shelf


def answer_for(photo: ShownPhoto, request: Request) -> Labelled | None:
    """The network's answer; None if it cannot be had, and then the page says why."""
    key = answer_key(photo, request)
    known = (SAMPLES.get(key) if photo.is_sample else None) or results().get(key)
    if isinstance(known, Labelled):
        return known
    begun = time.monotonic()
    found = ask(lambda: label(photo, request), "The network looks at the photo", served.line(request.device))
    if found is not None:
        spent = sum(found.milliseconds.values())
        waited = 1000 * (time.monotonic() - begun) - spent
        tell("network", outcome="labelled", model=request.model, milliseconds=spent, waited=max(0.0, waited))
        # What was special about this run (no memory, no server) is not for others.
        (SAMPLES if photo.is_sample and not found.notices else results()).put(key, found)
    return found


def answer_key(photo: ShownPhoto, request: Request) -> Hashable:
    """What an answer is kept by."""
    return photo.key, replace(request, device=asked_device(request))


def asked_device(request: Request) -> str:
    """What answers: the device that is left open is this machine's best, unless a server of networks is asked."""
    from explainer.segmentation.devices import choose_device

    return request.device if served.address() else choose_device(request.device).type


def derived(photo: ShownPhoto, name: tuple[object, ...], work: Callable[[], T], what: str) -> T | None:
    """Something further about a photo, made once in a session."""
    key = (photo.key, *name)
    known = results().get(key)
    if known is None:
        known = ask(work, what)
        if known is not None:
            results().put(key, known)
    return known  # type: ignore[return-value]


def remembered(photo: ShownPhoto, name: tuple[object, ...], make: Callable[[], T]) -> T:
    """Something quick about a photo that needs no network, made once in a session."""
    key = (photo.key, *name)
    known = results().get(key)
    if known is None:
        known = make()
        results().put(key, known)
    return known  # type: ignore[return-value]


def ask(work: Callable[[], T], what: str, line: worker.Worker = worker.LOCAL) -> T | None:
    """Queue work and wait for it, saying how many are before; a full queue or a failure becomes a sentence."""
    leave()
    _settle(what)
    told = _Told()
    try:
        job = line.submit(work, owner())
    except worker.Busy as busy:
        tell("network", outcome="busy")
        st.warning(str(busy), icon=":material/hourglass_top:")
        return None
    try:
        found = _wait(job, told, what)
    except CancelledError:
        return None
    except (ValueError, RuntimeError, MemoryError) as problem:
        told.clear()
        st.error(f"This did not work: {_sentence(problem)}", icon=":material/error:")
        return None
    finally:
        job.cancel()
    told.clear()
    return found


class _Told:
    """The line that says what is waited for; none where the answer comes at once, as most do."""

    def __init__(self) -> None:
        self._place: DeltaGenerator | None = None

    def say(self, line: str) -> None:
        if self._place is None:
            self._place = st.empty()
        self._place.markdown(f":material/hourglass_top: {line}")

    def clear(self) -> None:
        if self._place is not None:
            self._place.empty()


def owner() -> str:
    """A name for this session in the queue."""
    if "yp_owner" not in st.session_state:
        st.session_state["yp_owner"] = secrets.token_hex(8)
    return str(st.session_state["yp_owner"])


def _wait(job: worker.Job[T], told: _Told, what: str) -> T:
    """Look again every fifth of a second, so that a newer request or a closed tab ends the waiting."""
    while True:
        try:
            return job.result(0.2)
        except TimeoutError:
            ahead = job.position()
            told.say(f"{what} …" if not ahead else f"Waiting: number {ahead} in the line …")


def _settle(what: str) -> None:
    """Whoever changes settings quickly is asked once they rest: a look into the session ends a script that is over."""
    now, asked = time.monotonic(), st.session_state.setdefault("yp_asked", {})
    hasty = now - asked.get(what, -1e9) < 2 * CALM
    asked[what] = now
    while hasty and time.monotonic() - now < CALM:
        time.sleep(0.05)
        owner()


def _sentence(problem: BaseException) -> str:
    """The first line of an error, without what a machine might add."""
    from explainer.segmentation.weights import WeightsError

    known = isinstance(problem, (ValueError, WeightsError, worker.Busy))
    return str(problem).splitlines()[0] if known and str(problem) else "the computation failed; please try again."
