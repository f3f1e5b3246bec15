"""Work on one core: one thread there, unchanged elsewhere, and errors come through."""

import threading

import pytest
import torch

from explainer.experiments.onecore import on_one_core


def test_one_thread_there_and_as_many_as_before_elsewhere():
    before = torch.get_num_threads()
    assert on_one_core(torch.get_num_threads) == 1
    assert torch.get_num_threads() == before
    found = []
    other = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
    other.start()
    other.join()
    assert found == [before]


def test_errors_come_through():
    with pytest.raises(ZeroDivisionError):
        on_one_core(lambda: 1 // 0)
