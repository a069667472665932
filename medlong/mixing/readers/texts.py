"""Records of JSON, CSV and TSV files."""

import csv
import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from medlong.errors import DataError
from medlong.mixing.readers import record
from medlong.mixing.readers.opening import UNDECODED, lines, not_text, opened
from medlong.mixing.readers.record import Reading, Record, place, refuse_repeated, stop_at

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def json_lines(reading: Reading) -> Iterator[Record]:
    """Yield the object on every line that is not empty."""
    with opened(reading, newline="\n") as file:
        for line, text in enumerate(lines(file, reading.bad), start=1):
            if not text.strip():
                continue
            value, fault = _parsed(text)
            if UNDECODED in text:
                fault = not_text(reading)
            if isinstance(value, dict) and not fault:
                yield Record(line, value)
            else:
                yield from _object(reading, line, value, fault)


def _parsed(text: str) -> tuple[object, str]:
    """The value of a line, or what is wrong with it."""
    try:
        return json.loads(text), ""
    except json.JSONDecodeError as error:
        return None, f"not JSON: {error.msg} (column {error.colno})"
    except (ValueError, RecursionError) as error:
        return None, _beyond(error)


def _object(reading: Reading, line: int, value: object, fault: str, nth: int = 0) -> Iterator[Record]:
    if not fault and not isinstance(value, dict):
        fault = f"expected an object with fields, got {type(value).__name__}"
    if fault:
        reading.bad(line, f"{fault} (record {nth})" if nth else fault)
    elif isinstance(value, dict):
        yield Record(line, value, nth)


def _beyond(error: ValueError | RecursionError) -> str:
    """What is said of JSON that is well-formed and yet cannot be read."""
    return "nested too deeply" if isinstance(error, RecursionError) else "a number of too many digits"


def json_records(reading: Reading) -> Iterator[Record]:
    """Yield the objects of one list, or of every line where the text begins with an object.

    A list is read piece by piece, so that its length needs no memory.
    """
    with opened(reading, newline="\n") as file:
        window = _Window(file)
        first = window.next()
        if first == "[":
            yield from _listed(reading, window)
    if first == "{":
        yield from json_lines(reading)
    elif first != "[":
        found = not_text(reading) if UNDECODED in window.text else f"it begins with {first!r}"
        raise DataError(f"{reading.path}: expected a list of records, or a record on each line; {found}")


def _listed(reading: Reading, window: "_Window") -> Iterator[Record]:
    window.at += 1
    nth = 0
    while window.next() != "]":
        nth += 1
        line = window.line()
        value, text_is_sound = _value(reading, window)
        yield from _object(reading, line, value, "" if text_is_sound else not_text(reading), nth)
        after = window.next()
        if after == ",":
            window.at += 1
        elif after != "]":
            raise DataError(f"{place(reading.path)} {window.line()}: expected , or ] after a record")
    window.at += 1
    if window.next():
        raise DataError(f"{place(reading.path)} {window.line()}: more text after the end of the list")


def _value(reading: Reading, window: "_Window") -> tuple[object, bool]:
    """The value at the window's place, and whether all of it was text; the window moves behind it."""
    line = window.line()
    try:
        start, value = window.value()
    except json.JSONDecodeError as error:
        line = window.line() + window.text.count("\n", window.at, error.pos)
        damaged = UNDECODED in window.text[window.at : error.pos + 1]
        fault = not_text(reading) if damaged else f"not JSON: {error.msg}"
        raise DataError(f"{place(reading.path)} {line}: {fault}") from None
    except OverflowError:
        raise DataError(
            f"{place(reading.path)} {line}: a record longer than {record.LONGEST_LINE:,} characters"
        ) from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{place(reading.path)} {line}: {_beyond(error)}") from None
    return value, window.text.find(UNDECODED, start, window.at) < 0


class _Window:
    """The part of a long text that is being read."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.text = ""
        self.at = 0
        """The place in `text` up to which all was read."""
        self._line, self._counted = 1, 0

    def line(self) -> int:
        """Return the line of the place."""
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._line

    def next(self) -> str:
        """Return the next character that is no white space, and go to it; empty at the end of the file."""
        while True:
            space = _SPACE.match(self.text, self.at)
            self.at = space.end() if space else self.at
            if self.at < len(self.text):
                return self.text[self.at]
            if not self._grow():
                return ""

    def value(self) -> tuple[int, Any]:
        """Return where the JSON value at the place starts in `text`, and the value; go behind it.

        Raises:
            JSONDecodeError: If there is none.
            OverflowError: If it is longer than is read.
            ValueError: If it has a number of too many digits.
            RecursionError: If it is nested too deeply.
        """
        while True:
            fault: json.JSONDecodeError | None = None
            value, end = None, len(self.text)
            try:
                value, end = _DECODER.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                fault = error
            if end < len(self.text):
                break
            if end - self.at > record.LONGEST_LINE:
                raise OverflowError
            if not self._grow():
                if fault is not None:
                    raise fault
                break
        start, self.at = self.at, end
        return start, value

    def _grow(self) -> bool:
        """Forget what was read and add at least as much as is left; False where the file has no more."""
        block = self._file.read(max(record.BLOCK, len(self.text) - self.at))
        if block:
            self.line()
            self.text, self.at, self._counted = self.text[self.at :] + block, 0, 0
        return bool(block)


def csv_rows(reading: Reading) -> Iterator[Record]:
    """Yield the rows of a table with commas."""
    return _delimited(reading, "CSV", ",")


def tsv_rows(reading: Reading) -> Iterator[Record]:
    """Yield the rows of a table with tabs, quoted as a CSV is."""
    return _delimited(reading, "TSV", "\t")


def _delimited(reading: Reading, kind: str, delimiter: str) -> Iterator[Record]:
    path, line = reading.path, 1
    csv.field_size_limit(record.LONGEST_LINE)  # the module's default of 131,072 characters refuses long notes
    with opened(reading, newline="") as file:
        reader = csv.reader(lines(file, stop_at(path)), delimiter=delimiter, strict=True)
        try:
            header = next(reader, [])
            if UNDECODED in "".join(header):
                raise DataError(f"{place(path)} 1: {not_text(reading)}")
            refuse_repeated(header, f"{place(path)} 1")
            line = reader.line_num + 1
            for row in reader:
                fault = _row_fault(reading, row, header)
                if fault:
                    reading.bad(line, fault)
                elif row:
                    yield Record(line, dict(zip(header, row, strict=True)))
                line = reader.line_num + 1
        except csv.Error as error:
            raise DataError(f"{place(path)} {line}: not {kind}: {error}") from None


def _row_fault(reading: Reading, row: list[str], header: list[str]) -> str:
    if any(UNDECODED in field for field in row):
        return not_text(reading)
    return f"{len(row)} fields, the header has {len(header)}" if row and len(row) != len(header) else ""
