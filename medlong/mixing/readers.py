"""Records of local files, each with the line it starts on."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from medlong.errors import DataError

LONGEST_CSV_FIELD = 2**31 - 1  # the module's default of 131,072 characters refuses long notes


class Record(NamedTuple):
    """One row of a file."""

    line: int
    fields: Mapping[str, object]


def records(path: Path) -> Iterator[Record]:
    """Yield every record of a .jsonl, .json (one list) or .csv file (with a header), in UTF-8.

    Raises:
        DataError: If the file is missing, has another suffix, or a record cannot be read; the message
            names file and line.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise DataError(f"{path}: cannot read {path.suffix or 'a file without suffix'}; known: {', '.join(_READERS)}")
    try:
        yield from reader(path)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: line {_undecodable_line(path)}: not UTF-8 text ({error.reason})") from None


def _undecodable_line(path: Path) -> int:
    """The first line that is not UTF-8; a decoder of a stream knows its place in a block alone."""
    with path.open("rb") as file:
        for line, content in enumerate(file, start=1):
            try:
                content.decode()
            except UnicodeDecodeError:
                return line
    return 1


def _jsonl(path: Path) -> Iterator[Record]:
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        for line, text in enumerate(file, start=1):
            if text.strip():
                try:
                    value = json.loads(text)
                except json.JSONDecodeError as error:
                    raise DataError(f"{path}: line {line}: not JSON: {error.msg} (column {error.colno})") from None
                except (ValueError, RecursionError) as error:
                    raise DataError(f"{path}: line {line}: {_beyond(error)}") from None
                yield _record(path, line, value)


def _json(path: Path) -> Iterator[Record]:
    text = path.read_text(encoding="utf-8-sig")
    decoder = json.JSONDecoder()
    at, line, seen = _skip(text, 0), 1, 0
    if text[at : at + 1] != "[":
        raise DataError(f"{path}: expected a list of records; if each line is one record, name it .jsonl")
    at = _skip(text, at + 1)
    while text[at : at + 1] != "]":
        line, seen = line + text.count("\n", seen, at), at
        try:
            value, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise DataError(f"{path}: line {error.lineno}: not JSON: {error.msg} (column {error.colno})") from None
        except (ValueError, RecursionError) as error:
            raise DataError(f"{path}: line {line}: {_beyond(error)}") from None
        yield _record(path, line, value)
        at = _skip(text, at)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != "]":
            raise DataError(f"{path}: line {text.count(chr(10), 0, at) + 1}: expected , or ] after a record")
    at = _skip(text, at + 1)
    if at < len(text):
        raise DataError(f"{path}: line {text.count(chr(10), 0, at) + 1}: more text after the end of the list")


def _beyond(error: ValueError | RecursionError) -> str:
    """What is said of JSON that is well-formed and yet cannot be read."""
    return "nested too deeply" if isinstance(error, RecursionError) else "a number of too many digits"


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _csv(path: Path) -> Iterator[Record]:
    csv.field_size_limit(LONGEST_CSV_FIELD)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        line = 1
        try:
            header = next(reader, [])
            twice = sorted({name for name in header if header.count(name) > 1})
            if twice:
                raise DataError(f"{path}: line 1: the header has {', '.join(map(repr, twice))} more than once")
            line = reader.line_num + 1
            for row in reader:
                if row:
                    if len(row) != len(header):
                        raise DataError(f"{path}: line {line}: {len(row)} fields, the header has {len(header)}")
                    yield Record(line, dict(zip(header, row, strict=True)))
                line = reader.line_num + 1
        except csv.Error as error:
            raise DataError(f"{path}: line {line}: not CSV: {error}") from None


def _record(path: Path, line: int, value: object) -> Record:
    if not isinstance(value, dict):
        raise DataError(f"{path}: line {line}: expected an object with fields, got {type(value).__name__}")
    return Record(line, value)


_READERS: dict[str, Callable[[Path], Iterator[Record]]] = {".json": _json, ".jsonl": _jsonl, ".csv": _csv}
