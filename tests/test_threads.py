"""torch's number of threads: the caller's own for a while, nobody else's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Thread

import pytest
import torch

from explainer.threads import one_thread


def new(ask: Callable[[], object]) -> object:
    """What a thread that starts now finds."""
    found: list[object] = []
    thread = Thread(target=lambda: found.append(ask()))
    thread.start()
    thread.join()
    return found[0]


def set_to(own: int, others: int) -> None:
    torch.set_num_threads(own)
    new(lambda: torch.set_num_threads(others))


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    own, others = torch.get_num_threads(), new(torch.get_num_threads)
    yield
    assert isinstance(others, int)
    set_to(own, others)


@pytest.mark.parametrize(("own", "others"), [(2, 1), (1, 2), (2, 2), (1, 1)])
def test_a_worker_that_takes_one_thread_for_a_while_leaves_the_pages_theirs(own: int, others: int) -> None:
    set_to(own, others)
    with pytest.raises(KeyError), one_thread():
        assert (torch.get_num_threads(), new(torch.get_num_threads)) == (1, others)
        raise KeyError
    assert (torch.get_num_threads(), new(torch.get_num_threads)) == (own, others)
