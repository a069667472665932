"""The sources a mixture draws from: looked up by id, where they are shipped, listed or declared."""

from collections.abc import Iterator
from pathlib import Path

from medlong import catalog
from medlong.config import dotted, line_numbers, load_yaml, nearest_line
from medlong.errors import ConfigError
from medlong.mixing.origin import Origin, Reject, Rejects, Row, files
from medlong.mixing.pieces import rows
from medlong.mixing.spec import Mixture, Source, SourceList, file_of

__all__ = ["Origin", "Reject", "Rejects", "Row", "files", "resolve", "rows", "shipped"]


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
