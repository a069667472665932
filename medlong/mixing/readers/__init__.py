"""Records of local files, each with the line it starts on, whatever the file's format and compression."""

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from medlong.errors import DataError
from medlong.mixing.readers.record import Bad, Reading, Record, place, stop_at
from medlong.mixing.readers.spans import Span, cut, real_line
from medlong.mixing.readers.tables import parquet, xlsx
from medlong.mixing.readers.texts import csv_rows, json_lines, json_records, tsv_rows

__all__ = ["Bad", "Record", "Span", "cut", "place", "real_line", "records"]

_TEXTS: dict[str, Callable[[Reading], Iterator[Record]]] = {
    ".json": json_records,
    ".jsonl": json_lines,
    ".csv": csv_rows,
    ".tsv": tsv_rows,
}
_TABLES: dict[str, Callable[[Reading], Iterator[Record]]] = {".parquet": parquet, ".xlsx": xlsx}
_COMPRESSED = (".gz", ".zst")


def records(
    path: Path,
    encoding: str = "utf-8",
    sheet: str | None = None,
    bad: Bad | None = None,
    span: Span | None = None,
) -> Iterator[Record]:
    """Yield every record of a file, or of a part of it, by its suffix.

    .jsonl, .json (one list, or lines), .csv and .tsv (with a header), each also with .gz or .zst behind; and .parquet
    and .xlsx.

    Args:
        path: The file.
        encoding: Of text files; a byte order mark is taken off.
        sheet: Of an .xlsx; the first one if None.
        bad: Told of every row that cannot be read; None stops at the first one.
        span: One of those that `cut` gives; lines are counted from its start, and `real_line` makes them the file's.

    Raises:
        DataError: If the file is missing, unreadable, cut off or damaged, or has another suffix, or a row is
            bad; the message names file and, where there is one, line.
        MissingPackageError: If the package that reads such files is not installed.
    """
    reader = _reader(path)
    try:
        yield from reader(Reading(path, encoding, sheet, bad or stop_at(path, span), span))
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except (EOFError, zlib.error) as error:
        raise DataError(f"{path}: cut off or damaged: {error}") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None


def _reader(path: Path) -> Callable[[Reading], Iterator[Record]]:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = bool(suffixes) and suffixes[-1] in _COMPRESSED
    known = _TEXTS if packed else _TEXTS | _TABLES
    suffix = "".join(suffixes[-2:-1] if packed else suffixes[-1:])
    if suffix not in known:
        found = suffix + suffixes[-1] if packed else suffix
        raise DataError(
            f"{path}: cannot read {found or 'a file without suffix'}; known: {', '.join(_TEXTS | _TABLES)}, "
            f"and the first {len(_TEXTS)} with {' or '.join(_COMPRESSED)} behind"
        )
    return known[suffix]
