"""One function on many jobs, on a Ray cluster: a running one, or one that is started on this machine."""

import logging
import os
import socket
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import medlong
from medlong.errors import ConfigError, DataError, MissingPackageError
from medlong.mixing.progress import Phase, Progress
from medlong.mixing.workers import AHEAD, KILLED, ONE_THREAD, TICK, Job, Tick, cores, total_size

T = TypeVar("T")
TRIES = 3
"""Times a job is begun whose process or machine is lost; Ray itself begins one that is out of memory for ever."""

OBJECTS = 80_000_000
"""Bytes of the object store of a cluster started here, near Ray's least; what a job returns is small."""

PROBE = 10.0
"""Seconds in which a cluster must answer at an address; Ray itself would try for minutes."""


@contextmanager
def cluster(address: str, count: int | None, progress: Progress) -> Iterator["Cluster"]:
    """Join a cluster, and leave it afterwards; one that was running goes on.

    Args:
        address: As `ray.init` takes it; "local" starts a cluster that ends with the context.
        count: Jobs that run at once, at most. Default: as many as the cluster takes.
        progress: Moves when a job ends.

    Raises:
        MissingPackageError: If Ray is not installed.
        ConfigError: If there is no cluster at the address, or it is of another version.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # else a warning of a change to come
    try:
        import ray
    except ModuleNotFoundError:
        raise MissingPackageError("--ray needs the package ray: pip install 'medlong[ray]'") from None
    joins = not ray.is_initialized()
    if joins:
        _join(ray, address, count)
    try:
        size = int(ray.cluster_resources().get("CPU", 1))
        yield Cluster(ray, count if count and address != "local" else AHEAD * size, progress)
    finally:
        if joins:
            ray.shutdown()


def _join(ray: Any, address: str, count: int | None) -> None:
    quiet = {"logging_level": logging.ERROR, "log_to_driver": False}
    own = {"num_cpus": count or cores(), "include_dashboard": False, "object_store_memory": OBJECTS}
    host, _, port = address.rpartition(":")
    try:
        if port.isdecimal() and "://" not in address:
            socket.create_connection((host, int(port)), PROBE).close()
        ray.init(address, **quiet, **(own if address == "local" else {}))
    except ImportError as error:
        raise MissingPackageError(f"--ray {address}: {error}".splitlines()[0]) from None
    except (OSError, RuntimeError, ValueError) as error:
        raise ConfigError(f"--ray {address}: no cluster that can be used: {' '.join(str(error).split())}") from None


class Cluster:
    """Runs jobs as tasks of Ray, of one core each."""

    def __init__(self, ray: Any, ahead: int, progress: Progress) -> None:
        """Keep `ahead` jobs handed out."""
        self._ray = ray
        self._ahead = ahead
        self._progress = progress
        self._run = ray.remote(num_cpus=1, max_retries=0)(_run)

    def map(self, function: Callable[[Any, Tick], T], jobs: Sequence[Job], what: str) -> Iterator[T]:
        """Yield results, as `Workers.map` does.

        After a failure the jobs that were handed out are left to end, or to leaving the cluster, which ends them:
        Ray 2.60 aborts this process where a task is cancelled just as it ends (ray-project/ray#54527 tells how).
        """
        waiting: deque[tuple[Any, Job]] = deque()
        with self._progress.phase(what, total_size(jobs)) as phase:
            for job in jobs:
                waiting.append((self._begin(function, job), job))
                if len(waiting) == self._ahead:
                    yield self._result(function, waiting, phase)
            while waiting:
                yield self._result(function, waiting, phase)

    def _begin(self, function: Callable[[Any, Tick], T], job: Job) -> Any:
        return self._run.remote(function, job.task, medlong.__version__)

    def _result(self, function: Callable[[Any, Tick], T], waiting: deque[tuple[Any, Job]], phase: Phase) -> T:
        """The result of the first job; it is begun again where its process or machine is lost."""
        lost = self._ray.exceptions
        for _ in range(TRIES):
            task, job = waiting[0]
            while not self._ray.wait([task], timeout=TICK)[0]:
                phase.add(0, 0)
            try:
                result, rows, size = self._ray.get(task)
            except lost.RayTaskError as error:
                raise error.cause from None
            except (lost.WorkerCrashedError, lost.OutOfMemoryError, lost.NodeDiedError):
                waiting[0] = self._begin(function, job), job
                continue
            waiting.popleft()
            phase.add(rows, size)
            return result  # type: ignore[no-any-return]
        raise DataError(f"{KILLED} (tried {TRIES} times on the Ray cluster)")


def _run(function: Callable[[Any, Tick], T], task: Any, version: str) -> tuple[T, int, int]:
    """Run one job on a machine of the cluster; return its result, and the rows and bytes that it has done."""
    if medlong.__version__ != version:
        raise ConfigError(f"a machine of the Ray cluster has medlong {medlong.__version__}, this one {version}")
    os.environ.update(ONE_THREAD)
    rows = size = 0

    def tick(more_rows: int, more_bytes: int) -> None:
        nonlocal rows, size
        rows += more_rows
        size += more_bytes

    result = function(task, tick)
    return result, rows, size
