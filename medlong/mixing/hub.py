"""Rows of a source on the Hugging Face hub, at a pinned commit, through `datasets`."""

from collections.abc import Iterator
from pathlib import Path

from medlong.errors import DataError, MissingPackageError
from medlong.hub import why
from medlong.mixing.readers import Record
from medlong.mixing.spec import Source


def hub_records(source: Source, where: str) -> Iterator[Record]:
    """Yield the rows of the data set that `source` names, numbered from 1.

    It is downloaded once, into the cache of `datasets`, and read from there; no code of the data set is run.

    Raises:
        DataError: If the hub does not give it, or a folder of its name lies here; says what to do.
        MissingPackageError: If `datasets` is not installed.
    """
    try:
        from datasets import load_dataset
    except ModuleNotFoundError:
        raise MissingPackageError(f"{where}: hub needs the package datasets: pip install 'medlong[mix]'") from None
    if source.hub and Path(source.hub).exists():  # `datasets` would read the folder, whatever the revision
        raise DataError(f"{where}: a folder {source.hub} lies here and would be read for the hub's; run elsewhere")
    try:
        found = load_dataset(source.hub, source.config, split=source.split, revision=source.revision)
    except Exception as error:  # the hub's client raises errors of many kinds, with no base in common
        raise DataError(
            f"{where}: the hub does not give {source.hub} (split {source.split}) at {source.revision}: {why(error)}\n"
            f"  Without a connection, download its files by other means and name them: files: [...]"
        ) from None
    for number, fields in enumerate(found, start=1):
        yield Record(number, fields)
