"""The sources a mixture draws from: looked up, located, and read as conversations."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from medlong import catalog
from medlong.config import dotted, line_numbers, load_yaml, nearest_line
from medlong.errors import ConfigError, DataError
from medlong.mixing.formats import to_messages
from medlong.mixing.passages import Ground, ground
from medlong.mixing.readers import Record, records
from medlong.mixing.select import Message
from medlong.mixing.spec import Mixture, Source, SourceList
from medlong.mixing.synthesis import by_characters, distractor_qa

EMBEDDED = "medlong.mixing.embedded."


class Origin(NamedTuple):
    """A source and the file that declares it, in whose folder its relative paths start."""

    id: str
    source: Source
    declared: Path
    base: "Origin | None" = None
    """The source whose rows those of this one are made of."""


def shipped() -> dict[str, Origin]:
    """Return the sources of mixtures/sources.yaml by id.

    Raises:
        ConfigError: If that file is not what it should be.
    """
    path = catalog.folder("mixtures") / "sources.yaml"
    listed = load_yaml(path, SourceList).sources
    return {name: Origin(name, source, path) for name, source in listed.items()}


def resolve(mixture: Mixture, path: Path) -> dict[str, Origin]:
    """Return every source that the mixture read from `path` uses, by id.

    Raises:
        ConfigError: With every unknown source, and every id that sources.yaml has already, each with its line.
    """
    known = shipped()
    faults: dict[tuple[str | int, ...], str] = {
        ("sources", name): "mixtures/sources.yaml already declares this id; choose another"
        for name in mixture.sources
        if name in known
    }
    known |= {name: Origin(name, source, path) for name, source in mixture.sources.items()}
    found: dict[str, Origin] = {}
    for component, content in mixture.components.items():
        for n, name in enumerate(content.sources):
            if name in known:
                found[name] = _with_base(known[name], known, faults)
            else:
                faults["components", component, "sources", n] = catalog.unknown("source", name, known)
    if faults:
        lines = line_numbers(path)
        listed = [f"line {nearest_line(lines, where)}: {dotted(where)}: {fault}" for where, fault in faults.items()]
        raise ConfigError(f"{path}: " + "\n  ".join(["sources cannot be resolved", *listed]))
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
    elif synth.passage_field is not None and base.source.files is None:
        faults["sources", origin.id, "passage_field"] = f"{synth.origin!r} has no files with fields; leave it out"
    return origin._replace(base=base)


def rows(origin: Origin) -> Iterator[list[Message]]:
    """Yield every row of a source as messages.

    Raises:
        ConfigError: If the embedded module does not exist.
        DataError: If files are missing, or a row is bad; the message names file, line and field.
    """
    if origin.source.synth is not None:
        return _synthesised(origin)
    if origin.source.embedded is not None:
        return _embedded(origin, origin.source.embedded)
    return _from_files(origin)


def _synthesised(origin: Origin) -> Iterator[list[Message]]:
    assert origin.source.synth is not None
    for made in distractor_qa(_grounds(origin), origin.source.synth, by_characters):
        yield made.messages


def _grounds(origin: Origin) -> Iterator[Ground]:
    """The questions with their passages that a source is made of; rows that are not such are passed over."""
    synth, base = origin.source.synth, origin.base
    assert synth is not None
    assert base is not None
    if synth.passage_field is None:
        found = (ground(messages) for messages in rows(base))
    else:
        found = (
            _with_passage(base, path, record, synth.passage_field) for path in files(base) for record in records(path)
        )
    return (each for each in found if each is not None)


def _with_passage(base: Origin, path: Path, record: Record, field: str) -> Ground | None:
    messages = _conversation(base, path, record)
    passage = record.fields.get(field)
    if not isinstance(passage, str):
        has = ", ".join(sorted(map(str, record.fields)))
        raise DataError(f"{path}: line {record.line}: passage_field {field!r} is no text of the record; it has {has}")
    return ground(messages, passage)


def _embedded(origin: Origin, module: str) -> Iterator[list[Message]]:
    where = f"{origin.declared}: source {origin.id!r}"
    if not module.startswith(EMBEDDED):
        raise ConfigError(f"{where}: embedded must be a module of {EMBEDDED.rstrip('.')}, got {module!r}")
    try:
        generate = getattr(import_module(module), "rows", None)
    except ModuleNotFoundError:
        raise ConfigError(f"{where}: there is no embedded module {module!r}") from None
    if generate is None:
        raise ConfigError(f"{where}: embedded module {module!r} makes no rows")
    generated: Iterator[list[Message]] = generate()
    return generated


def _from_files(origin: Origin) -> Iterator[list[Message]]:
    for path in files(origin):
        for record in records(path):
            yield _conversation(origin, path, record)


def _conversation(origin: Origin, path: Path, record: Record) -> list[Message]:
    try:
        return to_messages(record.fields, origin.source.format, origin.source.map)
    except DataError as error:
        raise DataError(f"{path}: line {record.line}: {error} (source {origin.id!r})") from None


def files(origin: Origin) -> list[Path]:
    """Return the files of a source, sorted, each once. Those of a source made of another are the other's.

    Raises:
        ConfigError: If a path or glob is no usable one.
        DataError: If it matches nothing.
    """
    if origin.base is not None:
        return files(origin.base)
    found: set[Path] = set()
    for pattern in origin.source.files or []:
        where = f"{origin.declared}: source {origin.id!r}"
        start = Path(Path(pattern).anchor) if Path(pattern).is_absolute() else origin.declared.parent
        relative = str(Path(pattern).relative_to(start)) if Path(pattern).is_absolute() else pattern
        try:
            matches = list(start.glob(relative))
        except (ValueError, NotImplementedError, IndexError) as error:
            raise ConfigError(f"{where}: {pattern!r} is no path or glob: {error}") from None
        if not any(path.is_file() for path in matches):
            hint = f"; {pattern!r} is a folder, give the files in it: {relative.rstrip('/')}/*.jsonl" if matches else ""
            raise DataError(f"{where}: no file matches {pattern!r} in {start}{hint}")
        found.update(path for path in matches if path.is_file())
    return sorted(found)
