"""A source with the file that declares it: which files it has, and what one row of it is."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from medlong.errors import ConfigError, DataError
from medlong.mixing import tokenizer
from medlong.mixing.content import Message
from medlong.mixing.spec import Source
from medlong.mixing.tokenizer import TokenizerSpec


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
    """Where the row starts, from 1; its number where a file has no lines. Of a .jsonl that is read in pieces, the
    line of the piece: `Piece.line_of` has the file's."""

    messages: list[Message]


class Reject(NamedTuple):
    """A row that could not be read."""

    file: str
    line: int
    reason: str


Rejects = Callable[[Reject], None]


def where(origin: Origin) -> str:
    """Return how a source is named in a message."""
    return f"{origin.declared}: source {origin.id!r}"


def name_of(origin: Origin, path: Path) -> str:
    """Return the path of a source's file relative to the folder of the file that declares the source."""
    return Path(os.path.relpath(path, origin.declared.parent)).as_posix()


def stamp(path: Path) -> tuple[int, int]:
    """Return the size of a file in bytes, and the time it was written in nanoseconds.

    Raises:
        DataError: If it is gone.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    return status.st_size, status.st_mtime_ns


def held(origin: Origin, paths: Iterable[Path]) -> dict[str, Any]:
    """Return what says which rows a source has in some of its files, without reading them; no path of this machine.

    Raises:
        DataError: If a file is gone.
    """
    holds: dict[str, Any] = {
        "id": origin.id,
        "source": origin.source.model_dump(mode="json"),
        "files": [[name_of(origin, path), *stamp(path)] for path in paths],
    }
    if origin.base is not None:
        holds["base"] = held(origin.base, files(origin.base))
        holds["tokenizer"] = tokenizer.stamp(origin.tokenizer) if origin.tokenizer else None
    return holds


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
        start = Path(Path(pattern).anchor) if Path(pattern).is_absolute() else origin.declared.parent
        relative = str(Path(pattern).relative_to(start)) if Path(pattern).is_absolute() else pattern
        try:
            matches = list(start.glob(relative))
        except (ValueError, NotImplementedError, IndexError) as error:
            raise ConfigError(f"{where(origin)}: {pattern!r} is no path or glob: {error}") from None
        named = start / relative  # which a glob without wildcards passes over when it leads nowhere
        lost = [path for path in sorted({*matches, named}) if path.is_symlink() and not path.exists()]
        if lost:
            raise DataError(f"{where(origin)}: {lost[0]} is a link to itself or to nothing")
        if not any(path.is_file() for path in matches):
            hint = f"; {pattern!r} is a folder, give the files in it: {relative.rstrip('/')}/*.jsonl" if matches else ""
            raise DataError(f"{where(origin)}: no file matches {pattern!r} in {start}{hint}")
        for path in sorted(path for path in matches if path.is_file()):
            found.setdefault(path.resolve(), path)
    return sorted(found.values())
