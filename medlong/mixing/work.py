"""The folder in which a build keeps what it has done, so that a killed one goes on where it was."""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from medlong.errors import DataError

LOCK = "lock"
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""What the system says when a file cannot grow."""
INTERRUPTED = "Query interrupted"
"""What DuckDB says of Ctrl-C, as a plain RuntimeError, when it comes while a query runs."""


@contextmanager
def room(place: Path) -> Iterator[None]:
    """Turn the errors of a disk that is full, or fails, while files in `place` are written, into one message.

    Raises:
        DataError: In their stead.
    """
    import duckdb

    try:
        yield
    except RuntimeError as error:
        if str(error) != INTERRUPTED:
            raise
        raise KeyboardInterrupt from None
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise DataError(f"{place}: cannot be written: {str(error).splitlines()[0]}") from None
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise DataError(f"{place}: cannot be written: {error.strerror or os.strerror(error.errno)}") from None


@contextmanager
def work_folder(path: Path) -> Iterator[Path]:
    """Yield the folder `path`, with what a killed process has left there; it is gone afterwards.

    One process at a time has it, others wait. It stays when the block is interrupted (Ctrl-C, SIGTERM), to go on later;
    after any other error it goes, since what was begun may be what is wrong.
    """
    made = not path.parent.exists()
    with _locked(path):
        try:
            yield path
        except KeyboardInterrupt:
            raise
        except BaseException:
            shutil.rmtree(path)
            if made:
                _remove_empty(path.parent)
            raise
        shutil.rmtree(path)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock in the folder; a folder that its last holder has removed meanwhile is made anew."""
    while True:
        try:
            path.mkdir(parents=True, exist_ok=True)
        except FileExistsError as error:
            if error.filename != str(path) or (os.path.lexists(path) and not path.is_dir()):
                raise
            continue  # it was there, and is gone: removed between two looks of mkdir
        try:
            file = (path / LOCK).open("w")
        except FileNotFoundError:
            continue
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _is_there(file, path / LOCK):
                yield
                return


def _is_there(file: IO[str], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _remove_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return
