"""Keep the small columns of sample files that were read once, so that a second comparison takes seconds.

One Parquet file a sample file, under `$XDG_CACHE_HOME/medlong/compare` (by default `~/.cache`).
`MEDLONG_NO_CACHE=1` switches it off; it can be deleted at any time.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

import polars as pl

from medlong.hashing import digest

VERSION = 2
"""Rises whenever the columns, or how they are read from a line, change."""

SETTLED_NS = 2_000_000_000
"""A file changed more recently than this is not kept: a second change could bear the same time."""

KEY = "key"


def folder() -> Path | None:
    """Return where columns are kept, or None where the user wants no cache."""
    if os.environ.get("MEDLONG_NO_CACHE", "") not in ("", "0"):
        return None
    home = os.environ.get("XDG_CACHE_HOME", "")
    try:
        base = Path(home) if Path(home).is_absolute() else Path.home() / ".cache"
    except RuntimeError:  # no home folder
        return None
    return base / "medlong" / "compare"


def key(path: Path, kind: str, schema: pl.Schema) -> str | None:
    """Return what identifies the content of `path` without reading it, or None where it cannot be known.

    Size and time of last change could be set back by hand; the time of the last change of the
    inode, which only the kernel sets, could not. So an edited file is always read again.
    """
    try:
        real, state = os.path.realpath(path), path.stat()
    except OSError:
        return None
    if time.time_ns() - max(state.st_ctime_ns, state.st_mtime_ns) < SETTLED_NS:
        return None
    times = [state.st_mtime_ns, state.st_ctime_ns]
    columns = [[name, str(dtype)] for name, dtype in schema.items()]
    return digest([VERSION, kind, columns, real, state.st_dev, state.st_ino, state.st_size, *times])


def fetch(name: str | None, schema: pl.Schema) -> pl.DataFrame | None:
    """Return the columns kept under the key `name`; None when there are none that can be trusted."""
    place = folder()
    if place is None or name is None:
        return None
    try:
        frame = pl.read_parquet(place / f"{name}.parquet", use_statistics=False, glob=False)
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None
    if frame.schema != pl.Schema([*schema.items(), (KEY, pl.String())]) or not frame[KEY].eq(name).all():
        return None
    return frame.drop(KEY)


def store(name: str | None, frame: pl.DataFrame) -> None:
    """Keep `frame` under the key `name`; where the folder cannot be written nothing is kept and nothing said."""
    place = folder()
    if place is None or name is None or frame.is_empty():
        return
    work = place / f"{name}.{os.getpid()}.tmp"
    try:
        place.mkdir(parents=True, exist_ok=True)
        frame.with_columns(pl.lit(name).alias(KEY)).write_parquet(work, compression="zstd", statistics=False)
        os.replace(work, place / f"{name}.parquet")
    except (OSError, pl.exceptions.PolarsError):
        pass
    finally:
        with suppress(OSError):
            work.unlink()
