"""Parts of a file that are each read by themselves: whole lines of a plain .jsonl, row groups of a .parquet."""

import codecs
import os
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from medlong.errors import DataError

_BLOCK = 1 << 26
"""Bytes whose line ends are counted once in a process."""

_READ = 1 << 20


class Span(NamedTuple):
    """A part of a file: of a .jsonl the bytes from `start` to before `end`, of a .parquet the row groups."""

    start: int
    end: int
    size: int
    """Bytes to be read."""


def cut(path: Path, encoding: str, size: int) -> list[Span]:
    """Return parts of about `size` bytes that hold the file in order; none where it can only be read whole.

    A line that straddles a border belongs to the part in which it starts, so that a part is longer by the rest
    of that line, and one whose bytes are all of an earlier line is not there. A file that cannot be opened, or is
    no Parquet, has no parts; reading it says why.
    """
    suffix = path.suffix.lower()
    found: list[Span] = []
    try:
        if suffix == ".jsonl" and codecs.lookup(encoding).name in ("utf-8", "utf-8-sig"):
            found = [Span(start, end, end - start) for start, end in pairwise(_line_starts(path, size))]
        elif suffix == ".parquet" and path.stat().st_size > size:
            found = list(_row_groups(path, size))
    except OSError:
        return []
    return found if len(found) > 1 else []


def _line_starts(path: Path, size: int) -> Iterator[int]:
    """The start of the file, that of a line after each `size` bytes or more, and the end of the file."""
    with path.open("rb") as file:
        total = file.seek(0, os.SEEK_END)
        at = 0
        while at + size < total:
            yield at
            file.seek(at + size - 1)
            while (rest := file.readline(_READ)) and not rest.endswith(b"\n"):
                pass
            at = file.tell()
        if at < total:
            yield at
        yield total


def _row_groups(path: Path, size: int) -> Iterator[Span]:
    """Row groups in a row that have `size` bytes or more together, and those that are left."""
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import read_metadata
    except ModuleNotFoundError:
        return
    try:
        with path.open("rb") as file:
            about = read_metadata(file)
    except ArrowException:
        return
    start = held = 0
    for n in range(about.num_row_groups):
        group = about.row_group(n)
        held += sum(group.column(column).total_compressed_size for column in range(group.num_columns))
        if held >= size or n == about.num_row_groups - 1:
            yield Span(start, n + 1, held)
            start, held = n + 1, 0


def real_line(path: Path, span: Span | None, line: int) -> int:
    """Return the line of the file that is `line` of its part `span`; rows of a .parquet have their numbers already.

    A .jsonl is read up to the part, at most once in a process however many parts are asked for.

    Raises:
        DataError: If the file cannot be read any more.
    """
    if span is None or path.suffix.lower() == ".parquet":
        return line
    try:
        stamp = path.stat()
        return line + _lines_before(path, (stamp.st_size, stamp.st_mtime_ns), span.start)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None


@lru_cache(maxsize=1 << 10)
def _lines_before(path: Path, stamp: tuple[int, int], start: int) -> int:
    whole, rest = divmod(start, _BLOCK)
    return sum(_line_ends(path, stamp, n, _BLOCK) for n in range(whole)) + _line_ends(path, stamp, whole, rest)


@lru_cache(maxsize=1 << 16)
def _line_ends(path: Path, stamp: tuple[int, int], block: int, length: int) -> int:
    """Line ends in the first `length` bytes of a block; `stamp` says which state of the file is meant."""
    count = 0
    with path.open("rb") as file:
        file.seek(block * _BLOCK)
        while length and (data := file.read(min(_READ, length))):
            count += data.count(b"\n")
            length -= len(data)
    return count
