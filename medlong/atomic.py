"""Write files and folders so that an interruption leaves either the old thing or the new, never half."""

import os
import platform
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from medlong.hashing import text_digest

OLD = ".old"
"""Ends the name of a former folder while the new one takes its place."""


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` in UTF-8 by way of a temporary file beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_prefix(path))
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield a temporary folder beside `path` that becomes `path` when the block succeeds.

    An existing folder `path` is replaced; when anything fails it is left, or put back, as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    work = Path(tempfile.mkdtemp(dir=path.parent, prefix=_prefix(path)))
    old = work.with_name(work.name + OLD)
    try:
        work.chmod(0o755)
        yield work
        if path.is_dir():
            os.replace(path, old)
        os.replace(work, path)
    except BaseException:
        if old.exists() and not path.exists():
            os.replace(old, path)
        _remove(old)
        _remove(work)
        raise
    _remove(old)


def _prefix(path: Path) -> str:
    """How the names of this process's temporaries for `path` begin: a process id counts on one machine alone."""
    return f".{path.name}.{_machine()}-{os.getpid()}."


def _machine() -> str:
    return text_digest(platform.node())[:8]


def _sweep(path: Path) -> None:
    """Remove what processes of this machine that were killed have left, and put back a folder they had moved."""
    left = re.compile(rf"\.{re.escape(path.name)}\.{_machine()}-(\d+)\.\w+({re.escape(OLD)})?")
    for place in list(path.parent.iterdir()):
        match = left.fullmatch(place.name)
        if match is None or _lives(int(match[1])):
            continue
        if match[2] and not path.exists():
            with suppress(FileNotFoundError):  # another process has just done it
                os.replace(place, path)
        else:
            _remove(place)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _remove(place: Path) -> None:
    """Remove a temporary; what cannot be removed now is left for a later sweep."""
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)
