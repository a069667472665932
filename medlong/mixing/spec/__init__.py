"""What a mixture file and a list of sources may say, and every check that needs no data."""

from pathlib import Path
from typing import Any

from medlong.catalog import unknown
from medlong.config import load_yaml
from medlong.errors import ConfigError
from medlong.mixing.spec.designs import MixtureFile, expand
from medlong.mixing.spec.mixture import NAME, Component, Mixture, Shortage
from medlong.mixing.spec.shares import Share, Shares, Whole, exact_share, share_text
from medlong.mixing.spec.source import FORMATS, Source, SourceList

__all__ = [
    "FORMATS",
    "NAME",
    "Component",
    "Mixture",
    "MixtureFile",
    "Share",
    "Shares",
    "Shortage",
    "Source",
    "SourceList",
    "Whole",
    "exact_share",
    "expand",
    "file_of",
    "load",
    "load_all",
    "name_of",
    "schema",
    "share_text",
]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def file_of(path: Path) -> Path:
    """Return the file in `path`, which may name one of its mixtures, as ratios.yaml#ratio_9_1 does."""
    return path if path.exists() or "#" not in path.name else path.with_name(path.name.partition("#")[0])


def name_of(path: Path) -> str | None:
    """Return the mixture that `path` names after a `#`, if it does."""
    return None if file_of(path) == path else path.name.partition("#")[2]


def load_all(path: Path) -> list[Mixture]:
    """Return every mixture that `path` stands for: the one after its `#`, or all of the file.

    Raises:
        ConfigError: With every fault of the file at once, each with its line and field; or if there is
            no mixture of that name.
    """
    found = expand(load_yaml(file_of(path), MixtureFile))
    name = name_of(path)
    if name is None:
        return found
    by_name = {mixture.name: mixture for mixture in found}
    if name not in by_name:
        raise ConfigError(f"{file_of(path)}: {unknown('mixture', name, by_name)}")
    return [by_name[name]]


def load(path: Path) -> Mixture:
    """Return the one mixture at `path`: of a file that has one, or the one named after a `#`.

    Raises:
        ConfigError: As `load_all`, and if the file stands for several mixtures.
    """
    found = load_all(path)
    if len(found) > 1:
        names = ", ".join(mixture.name for mixture in found[:20])
        more = f", and {len(found) - 20} more" if len(found) > 20 else ""
        raise ConfigError(
            f"{path}: stands for {len(found)} mixtures; name one, as {path.name}#{found[0].name}. It has {names}{more}"
        )
    return found[0]


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a mixture file, for editors; what it cannot say, `load` checks."""
    return {"$schema": DIALECT, **MixtureFile.model_json_schema()}
