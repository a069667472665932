"""The chosen rows of every piece into buckets by position, and the buckets into one file.

A bucket is a run of positions that fits in memory; the pieces are taken in any order, and by any number of workers.
"""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from medlong.errors import DataError
from medlong.hashing import digest
from medlong.mixing.choose import BATCH, CHOSEN, WANTED, quoted
from medlong.mixing.content import Message, written
from medlong.mixing.survey import Surveyed
from medlong.mixing.workers import Job, Tick, Workers

TRAIN, INDEX = "train.jsonl", "index.jsonl"
BUCKET = 1 << 25
"""Characters of a bucket."""

BUCKETS = 256
"""Most buckets, for each is a file that is open while a piece is read; beyond, buckets grow."""


class Emission(NamedTuple):
    """What is to be written, and where."""

    examples: int
    per_bucket: int
    """Positions."""

    bucket: int
    """Characters in each, about."""

    folder: Path
    """Of the lists that `choose` wrote."""

    work: Path
    """Takes buckets; what a killed process finished there is not done again."""

    components: Mapping[str, str]
    """Source -> component."""

    @property
    def buckets(self) -> int:
        """How many there are."""
        return -(-self.examples // self.per_bucket)


def emission(
    examples: int, characters: int, folder: Path, surveyed: Sequence[Surveyed], mixture_id: str, **rest: Any
) -> Emission:
    """Return what is to be written, cut into buckets by its size."""
    count = min(max(1, -(-characters // BUCKET)), BUCKETS, examples)
    work = folder / f"emit-{digest([mixture_id, count, [found.rows.name for found in surveyed]])[:16]}"
    return Emission(examples, -(-examples // count), characters // count, folder, work, **rest)


def emit(task: Emission, surveyed: Sequence[Surveyed], out: Path, hands: Workers) -> None:
    """Write the chosen rows and their index to `out`, and compare what was written with what was chosen.

    Raises:
        DataError: If the file read back is not what was chosen.
    """
    _sweep(task)
    scattered = [Job(_Scatter(task, n, found), found.rows.stat().st_size) for n, found in enumerate(surveyed)]
    if not all(_bucket(task, n, TRAIN).is_file() for n in range(task.buckets)):
        for _ in hands.map(_scatter, scattered, "taking rows"):
            pass
    sizes = list(hands.map(_gather, [Job(_Gather(task, n), task.bucket) for n in range(task.buckets)], "sorting"))
    shutil.rmtree(task.work / "scattered", ignore_errors=True)
    for name in (TRAIN, INDEX):
        join([_bucket(task, n, name) for n in range(task.buckets)], out / name)
    starts = list(accumulate(sizes, initial=0))
    parts = [_Check(task, n, out / TRAIN, *span) for n, span in enumerate(pairwise(starts))]
    checks = [Job(part, part.end - part.start) for part in parts]
    found = sum(hands.map(_check, checks, "checking"))
    if found != task.examples or (out / TRAIN).stat().st_size != sum(sizes):
        raise DataError(f"{out / TRAIN}: is longer or shorter than the planned {task.examples:,} rows")


def _sweep(task: Emission) -> None:
    """Remove what was begun for other rows."""
    for place in task.folder.glob("emit-*"):
        if place != task.work:
            shutil.rmtree(place)
    task.work.mkdir(exist_ok=True)


def _bucket(task: Emission, number: int, name: str) -> Path:
    return task.work / f"{number:03}.{name}"


class _Scatter(NamedTuple):
    task: Emission
    number: int
    found: Surveyed


def _scatter(job: _Scatter, tick: Tick) -> None:
    """Write the chosen rows of one piece as lines `position TAB row`, one file for each bucket."""
    done = job.task.work / "scattered" / f"{job.number:06}"
    if done.is_dir():
        return
    begun = done.with_suffix(".begun")
    shutil.rmtree(begun, ignore_errors=True)
    begun.mkdir(parents=True)
    files: dict[int, Any] = {}
    try:
        for position, line in _lines(job):
            bucket = position // job.task.per_bucket
            if bucket not in files:
                files[bucket] = (begun / f"{bucket:03}").open("w", encoding="utf-8", newline="\n")
            files[bucket].write(f"{position}\t{line}\n")
            tick(1, 0)
    finally:
        for file in files.values():
            file.close()
    begun.rename(done)
    tick(0, job.found.rows.stat().st_size)


def _lines(job: _Scatter) -> Iterator[tuple[int, str]]:
    """Yield position and line of every use of a chosen row of one piece, in the order of the piece."""
    import pyarrow.parquet as pq

    wanted = _listed(job.task.folder / WANTED, "row, position", "piece", job.number, job.number, "row, position")
    found = next(wanted, None)
    with pq.ParquetFile(job.found.rows) as survey:
        first = 0
        for group in range(survey.num_row_groups):
            count = survey.metadata.row_group(group).num_rows
            if found is not None and found[0] < first + count:
                lines = survey.read_row_group(group, ["line"]).column("line").to_pylist()
                while found is not None and found[0] < first + count:
                    yield found[1], lines[found[0] - first]
                    found = next(wanted, None)
            first += count


def _listed(path: Path, columns: str, by: str, first: int, last: int, order: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a list whose `by` is from `first` to `last`."""
    import duckdb

    with duckdb.connect() as store:
        store.execute("SET threads = 1")
        reader = store.sql(
            f"SELECT {columns} FROM {quoted(path)} WHERE {by} BETWEEN {first} AND {last} ORDER BY {order}"
        ).to_arrow_reader(BATCH)
        for batch in reader:
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _positions(task: Emission, bucket: int) -> Iterator[tuple[int, str, bytes, int]]:
    first = bucket * task.per_bucket
    last = min(first + task.per_bucket, task.examples) - 1
    yield from _listed(task.folder / CHOSEN, "position, source, cid, epoch", "position", first, last, "position")  # type: ignore[misc]


class _Gather(NamedTuple):
    task: Emission
    bucket: int


def _gather(job: _Gather, tick: Tick) -> int:
    """Put one bucket in order, with its part of the index; return how many bytes its rows have."""
    done, index = (_bucket(*job, name) for name in (TRAIN, INDEX))
    if done.is_file():
        return done.stat().st_size
    lines = dict(_scattered(*job))
    with _begun(index).open("w", encoding="utf-8", newline="\n") as listed, _begun(done).open("wb") as file:
        for position, source, cid, epoch in _positions(*job):
            if position not in lines:
                raise DataError(f"{job.task.work}: row {position} is missing; remove this folder and build again")
            file.write(lines[position])
            listed.write(json.dumps(_provenance(job.task, position, source, cid, epoch)) + "\n")
    for path in (index, done):
        _begun(path).rename(path)
    tick(len(lines), done.stat().st_size)
    return done.stat().st_size


def _begun(path: Path) -> Path:
    return path.with_name(path.name + ".begun")


def _scattered(task: Emission, bucket: int) -> Iterator[tuple[int, bytes]]:
    for place in sorted((task.work / "scattered").glob(f"*/{bucket:03}")):
        with place.open("rb") as file:
            for line in file:
                position, _, rest = line.partition(b"\t")
                yield int(position), rest


def _provenance(task: Emission, position: int, source: str, cid: bytes, epoch: int) -> dict[str, object]:
    return {
        "position": position,
        "source": source,
        "content_id": cid.hex(),
        "component": task.components[source],
        "epoch": epoch,
    }


def join(parts: Iterable[Path], path: Path) -> None:
    """Write the bytes of `parts`, one after the other, to `path`."""
    with path.open("wb") as whole:
        for part in parts:
            with part.open("rb") as file:
                shutil.copyfileobj(file, whole, 1 << 20)


class _Check(NamedTuple):
    task: Emission
    bucket: int
    path: Path
    start: int
    end: int


def _check(job: _Check, tick: Tick) -> int:
    """Return how many rows one part of the written file has, each being the one that was chosen for its place."""
    count = 0
    chosen = _positions(job.task, job.bucket)
    for count, (messages, pick) in enumerate(zip_longest(_read_back(job), chosen), start=1):
        if pick is None or messages is None or written(messages).content_id != pick[2].hex():
            line = job.bucket * job.task.per_bucket + count
            raise DataError(f"{job.path}: line {line} is not the planned row")
    tick(count, job.end - job.start)
    return count


def _read_back(job: _Check) -> Iterator[list[Message]]:
    with job.path.open("rb") as file:
        file.seek(job.start)
        while file.tell() < job.end and (line := file.readline()):
            yield json.loads(line)["messages"]
