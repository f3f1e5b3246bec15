"""torch on one thread: small networks lose most of their time to waiting for a second core that is busy elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from explainer import threads


def one_thread() -> Iterator[None]:
    """Body of a fixture that restores the number of threads afterwards."""
    with threads.one_thread():
        yield
