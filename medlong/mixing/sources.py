"""The sources a mixture draws from: looked up, located, and read as conversations."""

import os
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from medlong import catalog
from medlong.config import dotted, line_numbers, load_yaml, nearest_line
from medlong.errors import ConfigError, DataError
from medlong.mixing.formats import to_messages
from medlong.mixing.hub import hub_records
from medlong.mixing.lengths import counter
from medlong.mixing.passages import Ground, ground
from medlong.mixing.readers import Bad, Record, place, records
from medlong.mixing.select import Message
from medlong.mixing.spec import Mixture, Source, SourceList, file_of, share_text
from medlong.mixing.synthesis import by_characters, distractor_qa
from medlong.mixing.tokenizer import TokenizerSpec

EMBEDDED = "medlong.mixing.embedded."
SHOWN = 3
"""Bad rows that a message about too many of them shows."""


class Origin(NamedTuple):
    """A source and the file that declares it, in whose folder its relative paths start."""

    id: str
    source: Source
    declared: Path
    base: "Origin | None" = None
    """The source whose rows those of this one are made of."""

    tokenizer: TokenizerSpec | None = None
    """Counts the tokens of made rows; without one, a token is taken for four characters."""


class Row(NamedTuple):
    """One row of a source, and where it is from."""

    file: str
    """Relative to the folder of the file that declares the source; empty for a row that code made."""

    line: int
    """Where the row starts, from 1; its number where a file has no lines."""

    messages: list[Message]


class Reject(NamedTuple):
    """A row that could not be read."""

    file: str
    line: int
    reason: str


Rejects = Callable[[Reject], None]


def shipped() -> dict[str, Origin]:
    """Return the sources of mixtures/sources.yaml by id.

    Raises:
        ConfigError: If that file is not what it should be.
    """
    path = catalog.folder("mixtures") / "sources.yaml"
    listed = load_yaml(path, SourceList).sources
    return {name: Origin(name, source, path) for name, source in listed.items()}


def resolve(mixture: Mixture, path: Path, listed: Path | None = None) -> dict[str, Origin]:
    """Return every source that the mixture read from `path` uses, by id.

    Sources are those of sources.yaml, of the list the mixture includes, and of its own file.

    Args:
        mixture: What uses them.
        path: Where it was read.
        listed: A list in place of the one the mixture includes.

    Raises:
        ConfigError: With every unknown source, and every id that sources.yaml has already, each with its line.
    """
    path = file_of(path)
    tokenizer = mixture.tokenizer.beside(path.parent) if mixture.tokenizer else None
    known = shipped()
    faults: dict[tuple[str | int, ...], str] = {}
    for where, declared, sources in _lists(mixture, path, listed):
        for name, source in sources.items():
            if name in known:
                faults[(*where, name)] = f"{_short(known[name].declared)} already declares this id; choose another"
            known[name] = Origin(name, source, declared)
    found: dict[str, Origin] = {}
    for component, content in mixture.components.items():
        for n, name in enumerate(content.sources):
            if name in known:
                found[name] = _with_base(known[name]._replace(tokenizer=tokenizer), known, faults)
            else:
                faults["components", component, "sources", n] = catalog.unknown("source", name, known)
    if faults:
        lines = line_numbers(path)
        told = [f"line {nearest_line(lines, where)}: {dotted(where)}: {fault}" for where, fault in faults.items()]
        raise ConfigError(f"{path}: " + "\n  ".join(["sources cannot be resolved", *told]))
    return found


def _with_base(origin: Origin, known: dict[str, Origin], faults: dict[tuple[str | int, ...], str]) -> Origin:
    synth = origin.source.synth
    if synth is None:
        return origin
    base = known.get(synth.origin)
    field = ("sources", origin.id, "from")
    if base is None:
        faults[field] = catalog.unknown("source", synth.origin, known)
    elif base.source.synth is not None:
        faults[field] = f"{synth.origin!r} is itself made of another source; name that one"
    elif synth.passage_field is not None and base.source.embedded is not None:
        faults["sources", origin.id, "passage_field"] = f"{synth.origin!r} has no files with fields; leave it out"
    return origin._replace(base=base)


def _lists(
    mixture: Mixture, path: Path, listed: Path | None
) -> Iterator[tuple[tuple[str, ...], Path, dict[str, Source]]]:
    """Where in the mixture file sources come in, the file that declares them, and the sources.

    A list from elsewhere is said to come in at `include_sources`, as it does in that list's place.
    """
    if listed is None and mixture.include_sources is not None:
        listed = path.parent / mixture.include_sources
    if listed is not None:
        yield ("include_sources",), listed, load_yaml(listed, SourceList).sources
    yield ("sources",), path, mixture.sources


def _short(path: Path) -> str:
    """A path without the folders before its own, the same on every machine."""
    return f"{path.parent.name}/{path.name}"


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
    if origin.source.synth is not None:
        return _synthesised(origin, rejects)
    if origin.source.embedded is not None:
        return _embedded(origin, origin.source.embedded)
    return _read(origin, rejects)


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
        found = (ground(row.messages, _passage(row, fields, name)) for row, fields in _with_fields(base, rejects))
    return (each for each in found if each is not None)


def _passage(row: Row, fields: Mapping[str, object], name: str) -> str:
    passage = fields.get(name)
    if not isinstance(passage, str):
        has = ", ".join(sorted(map(str, fields)))
        raise DataError(f"{row.file}: line {row.line}: passage_field {name!r} is no text of the record; it has {has}")
    return passage


def _embedded(origin: Origin, module: str) -> Iterator[Row]:
    where = f"{origin.declared}: source {origin.id!r}"
    if not module.startswith(EMBEDDED):
        raise ConfigError(f"{where}: embedded must be a module of {EMBEDDED.rstrip('.')}, got {module!r}")
    try:
        generate = getattr(import_module(module), "rows", None)
    except ModuleNotFoundError:
        raise ConfigError(f"{where}: there is no embedded module {module!r}") from None
    if generate is None:
        raise ConfigError(f"{where}: embedded module {module!r} makes no rows")
    return (Row("", number, messages) for number, messages in enumerate(generate(), start=1))


def _read(origin: Origin, rejects: Rejects | None) -> Iterator[Row]:
    return (row for row, _ in _with_fields(origin, rejects))


def _with_fields(origin: Origin, rejects: Rejects | None) -> Iterator[tuple[Row, Mapping[str, object]]]:
    tally = _Tally(origin, rejects)
    for part in _parts(origin, tally):
        for record in part.records:
            try:
                messages = to_messages(record.fields, origin.source.format, origin.source.map)
            except DataError as error:
                part.bad(record.line, f"{error} (record {record.nth})" if record.nth else str(error))
            else:
                tally.good += 1
                yield Row(part.name, record.line, messages), record.fields
    tally.check()


class _Part(NamedTuple):
    """One file of a source, or its one data set on the hub."""

    name: str
    records: Iterator[Record]
    bad: Bad


def _parts(origin: Origin, tally: "_Tally") -> Iterator[_Part]:
    source = origin.source
    if source.hub is not None:
        name = f"hf://datasets/{source.hub}@{source.revision}"
        found = hub_records(source, f"{origin.declared}: source {origin.id!r}")
        yield _Part(name, found, tally.of(name, f"{name}: row"))
    for path in files(origin) if source.files else []:
        name = Path(os.path.relpath(path, origin.declared.parent)).as_posix()
        bad = tally.of(name, place(path))
        yield _Part(name, records(path, source.encoding, source.sheet, bad), bad)


class _Tally:
    """The bad rows of one source: passed on as they come, and too many at the end."""

    def __init__(self, origin: Origin, rejects: Rejects | None) -> None:
        self._origin = origin
        self._rejects = rejects if origin.source.bad_rows else None
        self._first: list[str] = []
        self._bad = 0
        self.good = 0

    def of(self, name: str, shown: str) -> Bad:
        """Return what takes the bad rows of one file, `shown` being the start of a message, without the line."""

        def bad(line: int, reason: str) -> None:
            text = f"{shown} {line}: {reason}"
            if self._rejects is None:
                raise DataError(f"{text} (source {self._origin.id!r})")
            self._bad += 1
            if len(self._first) < SHOWN:
                self._first.append(text)
            self._rejects(Reject(name, line, reason))

        return bad

    def check(self) -> None:
        """Raise DataError if more rows were bad than the source allows."""
        count, most = self._bad + self.good, self._origin.source.bad_rows
        if self._bad > most * count:
            where = f"{self._origin.declared}: source {self._origin.id!r}"
            share = f"{self._bad} of {count} rows are bad ({self._bad / count:.2%})"
            much = f"{share}, more than bad_rows: {share_text(most)}; the first:"
            raise DataError("\n  ".join([f"{where}: {much}", *self._first]))


def files(origin: Origin) -> list[Path]:
    """Return the files of a source, sorted, each once, under however many names and links it lies there.

    Raises:
        ConfigError: If a path or glob is no usable one.
        DataError: If it matches nothing, or a link that leads nowhere.
    """
    if origin.base is not None:
        return files(origin.base)
    found: dict[Path, Path] = {}
    for pattern in origin.source.files or []:
        where = f"{origin.declared}: source {origin.id!r}"
        start = Path(Path(pattern).anchor) if Path(pattern).is_absolute() else origin.declared.parent
        relative = str(Path(pattern).relative_to(start)) if Path(pattern).is_absolute() else pattern
        try:
            matches = list(start.glob(relative))
        except (ValueError, NotImplementedError, IndexError) as error:
            raise ConfigError(f"{where}: {pattern!r} is no path or glob: {error}") from None
        lost = [path for path in sorted(matches) if path.is_symlink() and not path.exists()]
        if lost:
            raise DataError(f"{where}: {lost[0]} is a link to itself or to nothing")
        if not any(path.is_file() for path in matches):
            hint = f"; {pattern!r} is a folder, give the files in it: {relative.rstrip('/')}/*.jsonl" if matches else ""
            raise DataError(f"{where}: no file matches {pattern!r} in {start}{hint}")
        for path in sorted(path for path in matches if path.is_file()):
            found.setdefault(path.resolve(), path)
    return sorted(found.values())
