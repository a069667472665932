"""The sources a mixture draws from: looked up, located, and read as conversations."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from medlong import catalog
from medlong.config import dotted, line_numbers, load_yaml, nearest_line
from medlong.errors import ConfigError, DataError
from medlong.mixing.formats import to_messages
from medlong.mixing.readers import records
from medlong.mixing.select import Message
from medlong.mixing.spec import Mixture, Source, SourceList, file_of

EMBEDDED = "medlong.mixing.embedded."


class Origin(NamedTuple):
    """A source and the file that declares it, in whose folder its relative paths start."""

    id: str
    source: Source
    declared: Path


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

    Sources are those of sources.yaml, of the list the mixture includes, and of its own file.

    Raises:
        ConfigError: With every unknown source, and every id that sources.yaml has already, each with its line.
    """
    path = file_of(path)
    known = shipped()
    faults: dict[tuple[str | int, ...], str] = {}
    for where, declared, listed in _lists(mixture, path):
        for name, source in listed.items():
            if name in known:
                faults[(*where, name)] = f"{_short(known[name].declared)} already declares this id; choose another"
            known[name] = Origin(name, source, declared)
    found: dict[str, Origin] = {}
    for component, content in mixture.components.items():
        for n, name in enumerate(content.sources):
            if name in known:
                found[name] = known[name]
            else:
                faults["components", component, "sources", n] = catalog.unknown("source", name, known)
    if faults:
        lines = line_numbers(path)
        told = [f"line {nearest_line(lines, where)}: {dotted(where)}: {fault}" for where, fault in faults.items()]
        raise ConfigError(f"{path}: " + "\n  ".join(["sources cannot be resolved", *told]))
    return found


def _lists(mixture: Mixture, path: Path) -> Iterator[tuple[tuple[str, ...], Path, dict[str, Source]]]:
    """Where in the mixture file sources come in, the file that declares them, and the sources."""
    if mixture.include_sources is not None:
        included = path.parent / mixture.include_sources
        yield ("include_sources",), included, load_yaml(included, SourceList).sources
    yield ("sources",), path, mixture.sources


def _short(path: Path) -> str:
    """A path without the folders before its own, the same on every machine."""
    return f"{path.parent.name}/{path.name}"


def rows(origin: Origin) -> Iterator[list[Message]]:
    """Yield every row of a source as messages.

    Raises:
        ConfigError: If the embedded module does not exist.
        DataError: If files are missing, or a row is bad; the message names file, line and field.
    """
    if origin.source.embedded is not None:
        return _embedded(origin, origin.source.embedded)
    return _from_files(origin)


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
            try:
                yield to_messages(record.fields, origin.source.format, origin.source.map)
            except DataError as error:
                raise DataError(f"{path}: line {record.line}: {error} (source {origin.id!r})") from None


def files(origin: Origin) -> list[Path]:
    """Return the files of a source, sorted, each once.

    Raises:
        ConfigError: If a path or glob is no usable one.
        DataError: If it matches nothing.
    """
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
