"""torch's number of threads: the caller's own for a while, nobody else's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: In a process of its own: the number for later threads is the process's, and threads of other tests may change it.
PROGRAM = '''
from contextlib import suppress
from threading import Thread

import torch

from explainer.threads import one_thread


def new(ask):
    """What a thread that starts now finds."""
    found = []
    thread = Thread(target=lambda: found.append(ask()))
    thread.start()
    thread.join()
    return found[0]


torch.get_num_threads()  # whoever asks first takes the number for later threads, whatever was set before
for own, others in [(2, 1), (1, 2), (2, 2), (1, 1)]:
    torch.set_num_threads(own)
    new(lambda: torch.set_num_threads(others))
    with suppress(KeyError), one_thread():
        meanwhile = torch.get_num_threads(), new(torch.get_num_threads)
        raise KeyError
    after = torch.get_num_threads(), new(torch.get_num_threads)
    print(meanwhile == (1, others), after == (own, others))
'''


def test_a_worker_that_takes_one_thread_for_a_while_leaves_the_pages_theirs() -> None:
    """Whatever its own number and the pages' were, and though what it does fails."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stdout) == (0, "True True\n" * 4), done.stdout + done.stderr
