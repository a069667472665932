"""Rows of a data set on the Hugging Face hub, at a pinned revision, through `datasets`."""

from collections.abc import Sequence

from medlong.errors import ConfigError
from medlong.exam.importers import rows
from medlong.exam.importers.rows import Row
from medlong.exam.importers.sources import Hub
from medlong.hub import is_commit, why


def read(name: str, hub: Hub, revision: str, columns: Sequence[str]) -> list[Row]:
    """Return the rows of a set at `revision`, or at its pinned one when that is empty.

    Raises:
        ConfigError: If there is no revision, it is no commit, or the hub does not give the rows; says what to do.
    """
    wanted = revision or hub.revision
    if not wanted:
        raise ConfigError(
            f"{name}: no revision of {hub.id} is pinned here; name a commit of it with --revision HASH, "
            f"or download {hub.download} and run: medlong bank import {name} FILE --out DIR"
        )
    if not is_commit(wanted):
        raise ConfigError(f"--revision: expected the 40 hex digits of a commit (a branch moves), got {wanted!r}")
    return rows.checked(_load(name, hub, wanted), f"{hub.id} at {wanted}", columns)


def _load(name: str, hub: Hub, revision: str) -> list[Row]:
    try:
        from datasets import load_dataset
    except ModuleNotFoundError:
        raise ConfigError("--hub needs the package datasets: pip install 'medlong[eval]'") from None
    try:
        if hub.file:
            files = f"hf://datasets/{hub.id}@{revision}/{hub.file}"
            return list(load_dataset("json", data_files=files, split="train"))
        return list(load_dataset(hub.id, hub.config, split=hub.split, revision=revision))
    except Exception as error:  # the hub's client raises errors of many kinds, with no base in common
        raise ConfigError(
            f"{name}: the hub does not give {hub.id} at revision {revision}: {why(error)}\n"
            f"  Download {hub.download} of it by other means, then: medlong bank import {name} FILE --out DIR"
        ) from None
