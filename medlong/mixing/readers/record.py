"""What every reader is asked for and gives back."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from medlong.errors import DataError
from medlong.mixing.readers.spans import Span, real_line

LONGEST_LINE = 1 << 24
"""Characters of the longest line, field or record that is read; a longer one is never in memory as a whole."""

BLOCK = 1 << 20
"""Characters that are read at a time."""

Bad = Callable[[int, str], None]
"""Takes the line and the reason of a bad row; where it returns, the reader goes on with the next row."""


class Record(NamedTuple):
    """One row of a file."""

    line: int
    """Where it starts, from 1, in the part of a .jsonl that is read; its number where a file has no lines."""

    fields: Mapping[str, object]

    nth: int = 0
    """Its place in a list, from 1, for a whole list may stand on one line; 0 where the line alone names the row."""


class Reading(NamedTuple):
    """A file and how it is to be read."""

    path: Path
    encoding: str
    sheet: str | None
    bad: Bad
    span: Span | None = None
    """The part to read; all of the file if None."""


def place(path: Path) -> str:
    """Return how rows of `path` are named in messages; the number goes behind."""
    return f"{path}: {'row' if path.suffix.lower() in ('.parquet', '.xlsx') else 'line'}"


def stop_at(path: Path, span: Span | None = None) -> Bad:
    """Return the `Bad` that stops at the first bad row of `path`, or of a part of it, with a DataError."""

    def stop(line: int, reason: str) -> None:
        raise DataError(f"{place(path)} {real_line(path, span, line)}: {reason}")

    return stop


def refuse_repeated(header: list[str], where: str) -> None:
    """Raise DataError when a name stands twice in `header`: one of the two columns would be lost."""
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise DataError(f"{where}: the header has {', '.join(map(repr, twice))} more than once")
