"""What visitors will probably ask for next is computed while nobody waits for a page.

A class that opens *Sliding window* chooses another photo next, and the first to choose one would wait a second or two.
Nothing is begun until no visitor's script has run for a second, and each piece of long work (`aside`) waits for that
again, for a moment: a visitor waits for one piece, or for the rest of what is wanted just then.

Only a server computes ahead: where nobody calls `start` (a test of a page), what is asked for stays undone.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from queue import SimpleQueue

from explainer.ui import crowd
from explainer.ui.outside import outside_a_script
from explainer.ui.tidying import give_back

_todo: SimpleQueue[Callable[[], object]] = SimpleQueue()
_asked: set[Hashable] = set()
_lock = threading.Lock()


def ahead(key: Hashable, work: Callable[[], object]) -> None:
    """Have `work` done some time, once for each `key` of the process; it keeps its result itself."""
    with _lock:
        if key in _asked:
            return
        _asked.add(key)
    _todo.put(work)


def start() -> None:
    """Work off what is asked for, from now on."""
    threading.Thread(target=_work_off, args=(_todo,), name="ahead", daemon=True).start()


def _work_off(todo: SimpleQueue[Callable[[], object]]) -> None:
    crowd.stand_back()
    while True:
        work = todo.get()
        crowd.wait_for_quiet()
        try:
            with outside_a_script():
                work()
        except Exception as problem:  # Whoever asks for it in earnest is told; the rest can still be computed.
            # Python's own word where the process ends: nobody needs it any more.
            if isinstance(problem, RuntimeError) and "after shutdown" in str(problem):
                return
            logging.getLogger(__name__).exception("computing ahead failed")
        if todo.empty():
            give_back()
