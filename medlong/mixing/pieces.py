"""Sources cut into pieces, each read by itself: a file, a part of a long one, or all of a source without files."""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from medlong import __version__
from medlong.errors import ConfigError, DataError
from medlong.hashing import digest
from medlong.mixing.formats import to_messages
from medlong.mixing.hub import hub_records
from medlong.mixing.lengths import counter
from medlong.mixing.origin import Origin, Reject, Rejects, Row, files, held, name_of, stamp, where
from medlong.mixing.passages import Ground, ground
from medlong.mixing.readers import Record, Span, cut, place, real_line, records
from medlong.mixing.spec import share_text
from medlong.mixing.synthesis import by_characters, distractor_qa

EMBEDDED = "medlong.mixing.embedded."

SHOWN = 3
"""Bad rows that a message about too many of them shows."""

PIECE = 1 << 26
"""Bytes of a piece of a long file, or a little more: lines stay whole."""


class Piece(NamedTuple):
    """A part of a source that is read by itself; the pieces of a source, in order, hold each of its rows once."""

    origin: Origin
    number: int
    """Its place among the pieces of its source, from 0."""

    path: Path | None
    """None for a source without files of its own: embedded, made, or on the hub."""

    start: int
    end: int | None
    """The part of a file that was cut, bytes of a .jsonl and row groups of a .parquet; 0 and None for all of it."""

    size: int
    """Bytes to be read; 0 where that is not known."""

    @property
    def span(self) -> Span | None:
        """The part of the file, as readers take it; None for all of it."""
        return None if self.end is None else Span(self.start, self.end, self.size)

    def key(self) -> str:
        """Return a digest of all that says what the piece holds, without reading it.

        It stays when the folder with the mixture and its files is moved, and changes with a file's size or time.

        Raises:
            DataError: If a file is gone.
        """
        holds = held(self.origin, [self.path] if self.path else [])
        return digest({"medlong": __version__, **holds, "span": [self.start, self.end]})

    def line_of(self, row: Row) -> int:
        """Return the line of the file on which a row of this piece starts.

        Raises:
            DataError: If the file is gone.
        """
        return real_line(self.path, self.span, row.line) if self.path else row.line

    def place_of(self, row: Row) -> str:
        """Return how a row of this piece is named in a message, such as `/data/a.jsonl: line 7`.

        Raises:
            DataError: If the file is gone.
        """
        return f"{self.shown()} {self.line_of(row)}"

    def shown(self) -> str:
        """Return how rows of this piece are named in messages; the number goes behind."""
        if self.path is not None:
            return place(self.path)
        return f"{self.name() or where(self.origin)}: row"

    def name(self) -> str:
        """Return what rows and rejects of this piece have as `file`."""
        source = self.origin.source
        if source.hub is not None:
            return f"hf://datasets/{source.hub}@{source.revision}"
        return name_of(self.origin, self.path) if self.path else ""


class Tally(NamedTuple):
    """How many rows of a piece are good, and how many bad."""

    good: int
    bad: int
    first: tuple[str, ...]
    """Messages about the first bad rows, at most `SHOWN`."""


def pieces(origin: Origin, size: int | None = PIECE) -> list[Piece]:
    """Return the pieces of a source.

    Args:
        origin: The source.
        size: Bytes of a piece of a file that can be cut, or a little more; None leaves files whole.

    Raises:
        ConfigError: If a path or glob of the source is no usable one.
        DataError: If it matches nothing, or a link that leads nowhere.
    """
    if not origin.source.files:
        read = files(origin) if origin.source.synth else []
        return [Piece(origin, 0, None, 0, None, sum(stamp(path)[0] for path in read))]
    found: list[Piece] = []
    for path in files(origin):
        parts = cut(path, origin.source.encoding, size) if size is not None else []
        for span in parts:
            found.append(Piece(origin, len(found), path, *span))
        if not parts:
            found.append(Piece(origin, len(found), path, 0, None, stamp(path)[0]))
    return found


def rows(origin: Origin, rejects: Rejects | None = None) -> Iterator[Row]:
    """Yield every row of a source.

    Args:
        origin: The source.
        rejects: Told of every bad row, where the source allows some (`bad_rows`); without it the first bad row stops.

    Raises:
        ConfigError: If the embedded module does not exist.
        DataError: If files are missing or damaged, or more rows are bad than may be; the message names file, line
            and field. That there are too many is known after the last row.
        MissingPackageError: If the package that reads such files is not installed.
    """
    return (row for row, _ in _all(origin, rejects))


def _all(origin: Origin, rejects: Rejects | None) -> Iterator[tuple[Row, Mapping[str, object]]]:
    """Every row of a source, with the fields of its record."""
    tallies = []
    for piece in pieces(origin, size=None):
        found = read(piece, rejects)
        yield from found.with_fields()
        tallies.append(found.tally)
    check(origin, tallies)


def read(piece: Piece, rejects: Rejects | None = None) -> "Reader":
    """Return the rows of a piece, to be iterated over once.

    Args:
        piece: The piece.
        rejects: As `rows` has it; told the lines of the file. That too many rows of a source are bad, `check` says.

    Raises:
        ConfigError: As `rows` does, when the rows are iterated over.
        DataError: As `rows` does, when the rows are iterated over.
        MissingPackageError: As `rows` does, when the rows are iterated over.
    """
    return Reader(piece, rejects)


class Reader:
    """The rows of a piece while they are read, and the tally afterwards."""

    def __init__(self, piece: Piece, rejects: Rejects | None) -> None:
        self._piece = piece
        self._rejects = rejects
        self._first: list[str] = []
        self._good = self._bad = 0

    @property
    def tally(self) -> Tally:
        """Of the rows so far.

        Bad rows of the source that another is made of are not among them: they are checked while it is read.
        """
        return Tally(self._good, self._bad, tuple(self._first))

    def __iter__(self) -> Iterator[Row]:
        return (row for row, _ in self.with_fields())

    def with_fields(self) -> Iterator[tuple[Row, Mapping[str, object]]]:
        """Yield each row with the fields of its record; without any where code made it."""
        for row, fields in self._found():
            self._good += 1
            yield row, fields

    def _found(self) -> Iterator[tuple[Row, Mapping[str, object]]]:
        origin = self._piece.origin
        if origin.source.synth is not None:
            return ((row, {}) for row in _synthesised(origin, self._rejects))
        if origin.source.embedded is not None:
            return ((row, {}) for row in _embedded(origin, origin.source.embedded))
        return self._read()

    def _read(self) -> Iterator[tuple[Row, Mapping[str, object]]]:
        source, name = self._piece.origin.source, self._piece.name()
        for record in self._records():
            try:
                messages = to_messages(record.fields, source.format, source.map)
            except DataError as error:
                self._take_bad(record.line, f"{error} (record {record.nth})" if record.nth else str(error))
            else:
                yield Row(name, record.line, messages), record.fields

    def _records(self) -> Iterator[Record]:
        origin, path, span = self._piece.origin, self._piece.path, self._piece.span
        if path is None:
            return hub_records(origin.source, where(origin))
        return records(path, origin.source.encoding, origin.source.sheet, self._take_bad, span)

    def _take_bad(self, line: int, reason: str) -> None:
        piece = self._piece
        real = real_line(piece.path, piece.span, line) if piece.path else line
        text = f"{piece.shown()} {real}: {reason}"
        if self._rejects is None or not piece.origin.source.bad_rows:
            raise DataError(f"{text} (source {piece.origin.id!r})")
        self._bad += 1
        if len(self._first) < SHOWN:
            self._first.append(text)
        self._rejects(Reject(piece.name(), real, reason))


def check(origin: Origin, tallies: Iterable[Tally]) -> None:
    """Check that no more rows of a source are bad than may be.

    Args:
        origin: The source.
        tallies: Of all its pieces, in order.

    Raises:
        DataError: If there are more; the message shows the first of them.
    """
    tallies = list(tallies)
    bad = sum(tally.bad for tally in tallies)
    count, most = bad + sum(tally.good for tally in tallies), origin.source.bad_rows
    if bad > most * count:
        first = [text for tally in tallies for text in tally.first][:SHOWN]
        share = f"{bad} of {count} rows are bad ({bad / count:.2%})"
        much = f"{share}, more than bad_rows: {share_text(most)}; the first:"
        raise DataError("\n  ".join([f"{where(origin)}: {much}", *first]))


def _synthesised(origin: Origin, rejects: Rejects | None) -> Iterator[Row]:
    assert origin.source.synth is not None
    count = counter(origin.tokenizer) if origin.tokenizer else by_characters
    made = distractor_qa(_grounds(origin, rejects), origin.source.synth, count)
    return (Row("", number, row.messages) for number, row in enumerate(made, start=1))


def _grounds(origin: Origin, rejects: Rejects | None) -> Iterator[Ground]:
    """The questions with their passages that a source is made of; rows that are not such are passed over."""
    synth, base = origin.source.synth, origin.base
    assert synth is not None
    assert base is not None
    if synth.passage_field is None:
        found = (ground(row.messages) for row in rows(base, rejects))
    else:
        name = synth.passage_field
        found = (ground(row.messages, _passage(row, fields, name)) for row, fields in _all(base, rejects))
    return (each for each in found if each is not None)


def _passage(row: Row, fields: Mapping[str, object], name: str) -> str:
    passage = fields.get(name)
    if not isinstance(passage, str):
        has = ", ".join(sorted(map(str, fields)))
        raise DataError(f"{row.file}: line {row.line}: passage_field {name!r} is no text of the record; it has {has}")
    return passage


def _embedded(origin: Origin, module: str) -> Iterator[Row]:
    if not module.startswith(EMBEDDED):
        raise ConfigError(f"{where(origin)}: embedded must be a module of {EMBEDDED.rstrip('.')}, got {module!r}")
    try:
        generate = getattr(import_module(module), "rows", None)
    except ModuleNotFoundError:
        raise ConfigError(f"{where(origin)}: there is no embedded module {module!r}") from None
    if generate is None:
        raise ConfigError(f"{where(origin)}: embedded module {module!r} makes no rows")
    return (Row("", number, messages) for number, messages in enumerate(generate(), start=1))
