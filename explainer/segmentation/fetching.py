"""Downloads as jobs of the process: all who ask for the same weights watch one download, and nobody waits inside it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from explainer.segmentation import download
from explainer.segmentation.weights import WeightsError


class Stopped(Exception):
    """Nobody wants the download any more."""


@dataclass
class Job:
    """One download.

    Attributes:
        done, total: bytes so far and in all (0 where the server does not say).
        problem: why there are no weights, in one sentence.
        ended: it is over, well or not.
        askers: who wants it; when the last one leaves it stops.
    """

    name: str
    done: int = 0
    total: int = 0
    problem: str | None = None
    ended: bool = False
    askers: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Fetch, and note how it went."""
        try:
            download.fetch_torchvision(self.name, self.note)
        except WeightsError as problem:
            self.problem = str(problem)
        except Stopped:
            self.problem = "The download was cancelled."
        except Exception as problem:
            self.problem = f"The download broke off ({type(problem).__name__})."
            raise
        finally:
            self.ended = True

    def note(self, done: int, total: int) -> None:
        """How far it is; raises Stopped where nobody waits. Whoever asks from then on gets a download of their own."""
        self.done, self.total = done, total
        with _lock:
            self.ended = not self.askers
        if self.ended:
            raise Stopped


_jobs: dict[str, Job] = {}
_lock = threading.Lock()


def ask(name: str, asker: str) -> Job:
    """The download of a network's weights, begun now if it is not running; `asker` is one more who wants it."""
    with _lock:
        job = _jobs.get(name)
        if job is None or (job.ended and (job.problem or not download.is_cached(name))):  # a file may go again
            job = _jobs[name] = Job(name)
            job.askers.add(asker)
            threading.Thread(target=job.run, name=f"fetch {name}", daemon=True).start()
        job.askers.add(asker)
        return job


def leave(name: str, asker: str) -> None:
    """`asker` does not want it any more."""
    with _lock:
        if name in _jobs:
            _jobs[name].askers.discard(asker)


def failure(name: str, asker: str) -> str | None:
    """Why the download that `asker` waited for failed; told once to each."""
    with _lock:
        job = _jobs.get(name)
        if job is None or job.problem is None or asker not in job.askers:
            return None
        job.askers.discard(asker)
        return job.problem
