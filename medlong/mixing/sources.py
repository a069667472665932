"""The sources a mixture draws from: looked up, located, and read as conversations."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from medlong import catalog
from medlong.config import line_numbers, load_yaml
from medlong.errors import ConfigError, DataError
from medlong.mixing.formats import to_messages
from medlong.mixing.readers import records
from medlong.mixing.select import Message
from medlong.mixing.spec import Mixture, Source, SourceList

EMBEDDED = "medlong.mixing.embedded."


class Origin(NamedTuple):
    """A source and where its relative paths start."""

    id: str
    source: Source
    folder: Path


def shipped() -> dict[str, Origin]:
    """Return the sources of mixtures/sources.yaml by id.

    Raises:
        ConfigError: If that file is not what it should be.
    """
    path = catalog.folder("mixtures") / "sources.yaml"
    listed = load_yaml(path, SourceList).sources
    return {name: Origin(name, source, path.parent) for name, source in listed.items()}


def resolve(mixture: Mixture, path: Path) -> dict[str, Origin]:
    """Return every source that the mixture read from `path` uses, by id.

    Raises:
        ConfigError: With every unknown source, and every id that sources.yaml has already, each with its line.
    """
    known = shipped()
    faults = {
        f"sources.{name}": "mixtures/sources.yaml already declares this id; choose another"
        for name in mixture.sources
        if name in known
    }
    known |= {name: Origin(name, source, path.parent) for name, source in mixture.sources.items()}
    found: dict[str, Origin] = {}
    for component, content in mixture.components.items():
        for n, name in enumerate(content.sources):
            if name in known:
                found[name] = known[name]
            else:
                faults[f"components.{component}.sources[{n}]"] = catalog.unknown("source", name, known)
    if faults:
        lines = line_numbers(path)
        listed = [f"line {lines[field]}: {field}: {fault}" for field, fault in faults.items()]
        raise ConfigError(f"{path}: " + "\n  ".join(["sources cannot be resolved", *listed]))
    return found


def rows(origin: Origin) -> Iterator[list[Message]]:
    """Yield every row of a source as messages.

    Raises:
        ConfigError: If the embedded module does not exist.
        DataError: If files are missing, or a row is bad; the message names file, line and field.
    """
    if origin.source.embedded is not None:
        return _embedded(origin.id, origin.source.embedded)
    return _from_files(origin)


def _embedded(name: str, module: str) -> Iterator[list[Message]]:
    if not module.startswith(EMBEDDED):
        raise ConfigError(f"source {name!r}: embedded must be a module of {EMBEDDED.rstrip('.')}, got {module!r}")
    try:
        generated: Iterator[list[Message]] = import_module(module).rows()
    except ModuleNotFoundError:
        raise ConfigError(f"source {name!r}: there is no embedded module {module!r}") from None
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
        DataError: If a path or glob matches nothing.
    """
    found: set[Path] = set()
    for pattern in origin.source.files or []:
        start = Path(Path(pattern).anchor) if Path(pattern).is_absolute() else origin.folder
        relative = str(Path(pattern).relative_to(start)) if Path(pattern).is_absolute() else pattern
        matches = [path for path in start.glob(relative) if path.is_file()]
        if not matches:
            raise DataError(f"source {origin.id!r}: no file matches {pattern!r} in {start}")
        found.update(matches)
    return sorted(found)
