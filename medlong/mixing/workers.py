"""One function on many jobs: in this process, in several, or on a Ray cluster; results come in the order of jobs."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any, NamedTuple, Protocol, TypeVar

from medlong.errors import DataError
from medlong.mixing.progress import Phase, Progress

T = TypeVar("T")
Tick = Callable[[int, int], None]
"""Takes the rows and the bytes that are done since the last call."""

AHEAD = 3
"""Jobs of one worker that are handed out before their results are taken; bounds what waits in memory."""

TICK = 0.2
"""Seconds between two reports of a worker, and between two looks at them."""

SMALL = 1 << 23
"""Bytes of work that is done sooner than processes have started."""

ONE_THREAD = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
KILLED = "a worker process was killed (out of memory?); try --workers 1 or fewer"


class Job(NamedTuple):
    """What one call of the function does."""

    task: Any
    """Its first argument; can be pickled."""

    size: int
    """Bytes, for the progress; 0 when unknown."""


class Workers(Protocol):
    """Runs jobs."""

    def map(self, function: Callable[[Any, Tick], T], jobs: Sequence[Job], what: str) -> Iterator[T]:
        """Yield `function(job.task, tick)` of each job, in the order of the jobs.

        Args:
            function: Stands in a module, so that a worker can import it.
            jobs: What to run it on.
            what: What a progress line says, such as "reading".

        Raises:
            Exception: That of the first job, in the order of the jobs, that fails; jobs not yet begun are given up.
            DataError: If a worker was killed.
        """
        ...


@contextmanager
def workers(count: int | None = None, ray: str | None = None, progress: Progress | None = None) -> Iterator[Workers]:
    """Give workers, none of which is left afterwards, however the context ends.

    Args:
        count: Processes; 1 runs jobs in this process, each when its result is asked for. Default: one a core, and this
            process alone for jobs of less than `SMALL` bytes together.
        ray: Address of a Ray cluster, as `cluster` takes it; the jobs run there.
        progress: Shows how far the jobs are.

    Raises:
        MissingPackageError: If `ray` is asked for and not installed.
        ConfigError: If there is no cluster at `ray`.
    """
    progress = progress or Progress()
    if ray is not None:
        from medlong.mixing.cluster import cluster

        with cluster(ray, count, progress) as joined:
            yield joined
        return
    pool = _Processes(count or cores(), progress, least=0 if count else SMALL)
    try:
        yield pool
    finally:
        pool.close()


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Serial:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def map(self, function: Callable[[Any, Tick], T], jobs: Sequence[Job], what: str) -> Iterator[T]:
        with self._progress.phase(what, total_size(jobs)) as phase:
            for job in jobs:
                yield function(job.task, phase.add)


class _Processes:
    """A pool that starts with the first job, and again with the first one after a failure.

    Its processes are spawned: a fork would copy locks that threads of this process hold. Each has the reading end of a
    pipe, whose writing end this process alone has, and dies when that closes, be it by `close` or by a kill.
    """

    def __init__(self, count: int, progress: Progress, least: int) -> None:
        self._count = count
        self._progress = progress
        self._least = least
        self._pool: ProcessPoolExecutor | None = None

    def map(self, function: Callable[[Any, Tick], T], jobs: Sequence[Job], what: str) -> Iterator[T]:
        if self._count == 1 or len(jobs) == 1 or total_size(jobs) < self._least:
            yield from _Serial(self._progress).map(function, jobs, what)
            return
        waiting: deque[Future[T]] = deque()
        pool = self._pool or self._start()
        with self._progress.phase(what, total_size(jobs)) as phase:
            try:
                for job in jobs:
                    waiting.append(pool.submit(_run, function, job.task))
                    if len(waiting) == AHEAD * self._count:
                        yield self._result(waiting[0], phase)
                        waiting.popleft()
                while waiting:
                    yield self._result(waiting[0], phase)
                    waiting.popleft()
            except BrokenProcessPool:
                raise DataError(KILLED) from None
            finally:
                if waiting:
                    self.close()

    def _start(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        held, self._lifeline = context.Pipe(duplex=False)
        self._done, self._seen = context.Array("q", 2), [0, 0]
        self._pool = ProcessPoolExecutor(self._count, context, initializer=_begin, initargs=(held, self._done))
        return self._pool

    def _result(self, future: "Future[T]", phase: Phase) -> T:
        ready = False
        while not ready:
            ready = bool(wait([future], TICK).done)
            done: Any = self._done.get_obj()  # without its lock, which a worker may have held when it was killed
            rows, size = done[:]
            phase.add(rows - self._seen[0], size - self._seen[1])
            self._seen = [rows, size]
        return future.result()

    def close(self) -> None:
        """Kill the processes, whose finished results have all been taken or are not wanted."""
        if self._pool is not None:
            self._lifeline.close()
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


_done: Any = None
"""In a worker: rows and bytes that all workers have done, shared by them."""


def _begin(lifeline: Connection, done: Any) -> None:
    """Make this process a worker."""
    global _done
    _done = done
    os.environ.update(ONE_THREAD)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()


def _end_with(lifeline: Connection) -> None:
    lifeline.poll(None)
    os._exit(1)


def _run(function: Callable[[Any, Tick], T], task: Any) -> T:
    """Run one job in a worker, which reports what is done now and then, and at the end."""
    rows = size = 0
    told = monotonic()

    def tell() -> None:
        nonlocal rows, size, told
        with _done.get_lock():
            _done[0] += rows
            _done[1] += size
        rows, size, told = 0, 0, monotonic()

    def tick(more_rows: int, more_bytes: int) -> None:
        nonlocal rows, size
        rows += more_rows
        size += more_bytes
        if monotonic() - told >= TICK:
            tell()

    result = function(task, tick)
    tell()
    return result


def total_size(jobs: Sequence[Job]) -> int:
    """Return the bytes of all jobs; 0 when no job's are known."""
    return sum(job.size for job in jobs)


SERIAL: Workers = _Serial(Progress())
"""Does one job after the other in this process, and shows nothing."""
