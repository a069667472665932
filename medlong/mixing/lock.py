"""The lock of a mixture file: what its sources held, so that a later build cannot use others unseen."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field

from medlong.atomic import write_text
from medlong.config import Strict, load_yaml
from medlong.errors import ConfigError, DataError
from medlong.hashing import file_digest
from medlong.mixing.choice import Stock
from medlong.mixing.choose import content
from medlong.mixing.origin import Origin, files
from medlong.mixing.sources import resolve
from medlong.mixing.spec import Whole, file_of, load_all
from medlong.mixing.survey import survey_all
from medlong.mixing.workers import SERIAL, Workers

SUFFIX = ".lock.yaml"
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class LockedFile(Strict):
    """One file of a source."""

    path: str
    """Relative to the file that declares the source, with forward slashes; absolute when it was typed so."""

    sha256: Sha256
    bytes: Whole


class LockedSource(Strict):
    """What a source held."""

    licence: str
    revision: str
    format: str
    encoding: str = "utf-8"
    files: list[LockedFile] = Field(default_factory=list)
    """Empty for a source that code generates."""

    rows: Whole
    """Duplicates included."""

    distinct: Whole
    content_sha256: Sha256
    """Of the sorted content ids of the distinct rows, as in the manifest."""


class Lock(Strict):
    """A lock file."""

    medlong_lock: Literal[1]
    """Version of this format."""

    sources: dict[str, LockedSource]


def lock_path(path: Path) -> Path:
    """Return where the lock of the mixture file at `path` lies: half.yaml has half.lock.yaml beside it."""
    return file_of(path).with_name(file_of(path).stem + SUFFIX)


def write(path: Path, hands: Workers = SERIAL, listed: Path | None = None) -> Path:
    """Read every row of the sources of the mixture file at `path`, write its lock, and return where that is.

    Args:
        path: The mixture file.
        hands: Do the reading.
        listed: A list of sources in place of the one that the file includes.

    Raises:
        ConfigError: If the file, or a source it names, is not what it should be.
        DataError: If a file is missing or a row is bad.
    """
    path = file_of(path)
    origins = {name: origin for mixture in load_all(path) for name, origin in resolve(mixture, path, listed).items()}
    lock = Lock(medlong_lock=1, sources={name: _locked(origin, hands) for name, origin in origins.items()})
    text = yaml.safe_dump(lock.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=120)
    heading = f"# What the sources of {path.name} held; written by: medlong mix lock {path.name}\n"
    place = lock_path(path)
    write_text(place, heading + text)
    return place


def renew(path: Path, hands: Workers = SERIAL, listed: Path | None = None) -> Path:
    """Write the lock of the mixture file at `path` again, as `write` does.

    Raises:
        ConfigError: If there is none to renew.
    """
    if not lock_path(path).is_file():
        raise ConfigError(f"--relock: {path} has no lock; write the first one: medlong mix lock {path}")
    return write(path, hands, listed)


def check(path: Path, origins: Mapping[str, Origin], hands: Workers = SERIAL) -> None:
    """Compare the sources of the mixture file at `path` with its lock; without a lock, do nothing.

    Files are compared by their bytes, and sources that code generates by their rows.

    Raises:
        ConfigError: If the lock is not what it should be.
        DataError: With everything that changed, each with both hashes or values.
    """
    place = lock_path(path)
    if not place.is_file():
        return
    locked = load_yaml(place, Lock).sources
    found = [fault for name, origin in origins.items() for fault in _faults(origin, locked.get(name), hands)]
    if found:
        remedy = "put them back, or accept them: --relock"
        raise DataError(f"{place}: the sources are not those that were locked; {remedy}\n  " + "\n  ".join(found))


def _locked(origin: Origin, hands: Workers) -> LockedSource:
    source = origin.source
    held = [
        LockedFile(path=_name(origin, file), sha256=file_digest(file), bytes=file.stat().st_size)
        for file in _files(origin)
    ]
    stock = _content(origin, hands)
    return LockedSource(
        licence=source.licence,
        revision=source.revision,
        format=source.format,
        encoding=_encoding(origin),
        files=held,
        rows=stock.available,
        distinct=stock.distinct,
        content_sha256=stock.sha256,
    )


def _files(origin: Origin) -> list[Path]:
    return files(origin) if origin.source.files else []


def _encoding(origin: Origin) -> str:
    return str(getattr(origin.source, "encoding", None) or "utf-8")


def _name(origin: Origin, file: Path) -> str:
    folder = origin.declared.parent
    return (file.relative_to(folder) if file.is_relative_to(folder) else file).as_posix()


def _content(origin: Origin, hands: Workers) -> Stock:
    """What a source holds, nothing left out."""
    with tempfile.TemporaryDirectory(prefix="medlong-") as folder:
        return content(survey_all([origin], None, Path(folder) / "survey", hands), Path(folder))


def _faults(origin: Origin, locked: LockedSource | None, hands: Workers) -> Iterator[str]:
    where = f"source {origin.id!r}"
    if locked is None:
        yield f"{where}: is not in the lock"
        return
    now = {"licence": origin.source.licence, "revision": origin.source.revision, "format": origin.source.format}
    for field, value in (now | {"encoding": _encoding(origin)}).items():
        if getattr(locked, field) != value:
            yield f"{where}: {field}: locked {getattr(locked, field)!r}, is {value!r}"
    if origin.source.files:
        yield from _changed_files(origin, locked, where)
        return
    now_held = _content(origin, hands).sha256
    if now_held != locked.content_sha256:
        yield f"{where}: rows: locked {locked.content_sha256}, are {now_held}"


def _changed_files(origin: Origin, locked: LockedSource, where: str) -> Iterator[str]:
    known = {file.path: file.sha256 for file in locked.files}
    now = {_name(origin, file): file_digest(file) for file in _files(origin)}
    for name in sorted(known.keys() | now.keys()):
        if name not in now:
            yield f"{where}: {name}: locked {known[name]}, is not there"
        elif name not in known:
            yield f"{where}: {name}: is not in the lock, is {now[name]}"
        elif known[name] != now[name]:
            yield f"{where}: {name}: locked {known[name]}, is {now[name]}"
