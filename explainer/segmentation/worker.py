"""One worker for all of the torch work: first in, first out, a bounded queue, a newer request for an older one.

On two cores one thread that uses all of them is as fast as any pool, keeps one OpenMP team instead of one a visitor,
and is fair. Results belong to the job object that `submit` returns and are stored nowhere else.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")
CAPACITY = 64
"""Jobs that may wait: about two seconds' work of the bundled network for a class of thirty."""


class Busy(RuntimeError):
    """The queue is full; the message is a sentence for the visitor."""


class Job(Generic[T]):
    """One request: `result()` waits for its answer, `position()` says how many are before it."""

    def __init__(self, worker: Worker, work: Callable[[], T], owner: str, number: int) -> None:
        self._worker, self._work, self.owner, self.number = worker, work, owner, number
        self._future: Future[T] = Future()

    def result(self, timeout: float | None = None) -> T:
        """The answer; raises what the work raised, `CancelledError` if dropped, `TimeoutError` after `timeout` s."""
        return self._future.result(timeout)

    def done(self) -> bool:
        """Whether it is finished, failed or dropped."""
        return self._future.done()

    def dropped(self) -> bool:
        """Whether it was cancelled, or replaced by a newer request of the same owner."""
        return self._future.cancelled()

    def cancel(self) -> bool:
        """Leave the queue; False if the work has already begun."""
        return self._worker.drop(self)

    def position(self) -> int:
        """0 while it runs or when done, 1 for the next in line, and so on."""
        return self._worker.position(self)

    def run(self) -> None:
        """Do the work, in the worker's thread."""
        if not self._future.set_running_or_notify_cancel():
            return
        try:
            self._future.set_result(self._work())
        except BaseException as error:  # handed to whoever waits for the result
            self._future.set_exception(error)


class Worker:
    """Daemon threads, mostly a single one, that work a bounded queue; they start with the jobs."""

    def __init__(self, capacity: int = CAPACITY, threads: int = 1) -> None:
        self._capacity, self._most = capacity, threads
        self._waiting: deque[Job[object]] = deque()
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._numbers = itertools.count(1)

    def run(self, work: Callable[[], T]) -> T:
        """Queue some work and wait for it; at once where the caller is this worker's own thread."""
        if threading.current_thread() in self._threads:
            return work()
        return self.submit(work).result()

    def submit(self, work: Callable[[], T], owner: str = "") -> Job[T]:
        """Queue some work.

        Args:
            work: called without arguments in the worker's thread.
            owner: who asks (a session's id). A waiting job of the same owner is dropped and the new one takes its
                place in the line; the empty owner drops nothing.

        Raises:
            Busy: the queue is full.
        """
        with self._changed:
            job = Job(self, work, owner, next(self._numbers))
            older = next((one for one in self._waiting if owner and one.owner == owner), None)
            if older is not None:
                self._waiting[self._waiting.index(older)] = job  # type: ignore[assignment]
                older._future.cancel()
            elif len(self._waiting) >= self._capacity:
                raise Busy(f"{self._capacity} photos are waiting already; please try again in a moment.")
            else:
                self._waiting.append(job)  # type: ignore[arg-type]
            self._start()
            self._changed.notify()
        return job

    def drop(self, job: Job[T]) -> bool:
        """Take a waiting job out of the queue."""
        with self._changed:
            if job in self._waiting:
                self._waiting.remove(job)  # type: ignore[arg-type]
            return job._future.cancel()

    def position(self, job: Job[T]) -> int:
        """A job's place in the line, 0 if it is not waiting."""
        with self._changed:
            return next((place for place, one in enumerate(self._waiting, 1) if one is job), 0)

    def _start(self) -> None:
        """One more thread if all are busy and there may be more."""
        if self._idle < len(self._waiting) and len(self._threads) < self._most:
            self._threads.append(threading.Thread(target=self._loop, name="segmentation", daemon=True))
            self._threads[-1].start()

    def _loop(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    self._idle += 1
                    self._changed.wait()
                    self._idle -= 1
                job = self._waiting.popleft()
            job.run()


LOCAL = Worker()
"""All of the torch work of this process."""
REMOTE = Worker(4 * CAPACITY, threads=32)
"""Requests to a server of networks, which take waiting and no processor: many at once, so that it can batch them."""


def submit(work: Callable[[], T], owner: str = "") -> Job[T]:
    """Queue work on the process's one worker; see `Worker.submit`."""
    return LOCAL.submit(work, owner)
