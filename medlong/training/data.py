"""Whether the data a recipe names is the mixture it names, and building that mixture when it is absent."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from medlong.errors import ConfigError, MedlongError
from medlong.training.recipe import data_paths, mixture_file, named_id

LOCAL_DATA = frozenset({".json", ".jsonl", ".parquet", ".csv"})
WHOLE = (None, "train")

ID_TO_COME = "{mixture_id}"
"""In a data path, in place of an id: the id that the mixture has when training starts, as the plugin fills it in."""


class Fault(NamedTuple):
    """One thing wrong in a recipe."""

    where: tuple[str | int, ...]
    """The place of the field: `("datasets", 0, "path")`."""

    message: str
    """What was found and what would be right."""

    severity: Literal["error", "warning", "note"] = "error"
    """An error spoils the training or its data; a warning may; a note is for the reader to see."""


def faults(recipe: Mapping[str, Any]) -> list[Fault]:
    """Return everything wrong with the data of a recipe; empty when it trains on exactly what it says.

    With `medlong_mixture` there must be one dataset, whole, at `<folder>/<mixture_id>/train.jsonl`
    with the id that the mixture has now, or `{mixture_id}` for whatever id it has when training
    starts. Without it, local files must exist.
    """
    typed = recipe.get("medlong_mixture")
    if typed is None:
        return list(_missing_files(recipe))
    try:
        expected = current_id(str(typed))
    except MedlongError as error:
        return [Fault(("medlong_mixture",), str(error))]
    return list(_other_data(recipe, str(typed), expected))


def current_id(typed: str) -> str:
    """Return the id the mixture file `typed` has now.

    Raises:
        ConfigError: If there is no such file, or it is not what it should be.
        DataError: If a row of a source is bad, or a source has too few rows.
    """
    from medlong.mixing.build import mixture_id

    return mixture_id(mixture_file(typed))


def provide(recipe: Mapping[str, Any]) -> str | None:
    """Make sure that the recipe's data lies where it says; return its mixture id, if it names a mixture.

    A mixture that is absent, or whose file was altered, is built, its sources being read once for its id and its
    rows. Safe to call in every process of a training at once.

    Raises:
        ConfigError: With everything wrong with the data of the recipe.
        DataError: If a row of a source is bad, or a source has too few rows.
    """
    paths = data_paths(recipe)
    typed = recipe.get("medlong_mixture")
    if typed is None:
        _refuse(_missing_files(recipe))
        return named_id(paths[0]) if len(paths) == 1 else None
    from medlong.mixing.build import build

    file = mixture_file(str(typed))
    if len(paths) != 1:
        _refuse(_other_data(recipe, str(typed), ID_TO_COME))
    return build(
        file, Path(paths[0]).parent.parent, accept=lambda found: _refuse(_other_data(recipe, str(typed), found))
    ).mixture_id


def _refuse(found: Iterable[Fault]) -> None:
    messages = [f"  {fault.message}" for fault in found]
    if messages:
        raise ConfigError("\n".join(["the recipe's data is not right", *messages]))


def filled(path: str, mixture_id: str | None) -> str:
    """Return a data path with the mixture's id where the path leaves it open."""
    return path.replace(ID_TO_COME, mixture_id) if mixture_id is not None else path


def _missing_files(recipe: Mapping[str, Any]) -> Iterator[Fault]:
    for number, path in enumerate(data_paths(recipe)):
        if Path(path).suffix in LOCAL_DATA and "://" not in path and not Path(path).is_file():
            remedy = "name its mixture in medlong_mixture and it is built when training starts"
            yield Fault(("datasets", number, "path"), f"no such file: {path}; {remedy}")


def _other_data(recipe: Mapping[str, Any], typed: str, expected: str) -> Iterator[Fault]:
    wanted = f"build/{expected}/train.jsonl"
    paths, entries = data_paths(recipe), recipe.get("datasets")
    if len(paths) != 1 or not isinstance(entries, list) or len(entries) != 1:
        count = len(entries) if isinstance(entries, list) else 0
        yield Fault(("datasets",), f"medlong_mixture needs exactly one dataset, {wanted}; found {count}")
        return
    path = filled(paths[0], expected)
    if named_id(path) != expected or Path(path).name != "train.jsonl":
        remedy = f"write {wanted}, or run `medlong recipe render` if the recipe is rendered"
        yield Fault(("datasets", 0, "path"), f"{paths[0]} is not {typed}, whose id is {expected} now; {remedy}")
    for key in ("split", "shards"):
        value = entries[0].get(key)
        if value not in (WHOLE if key == "split" else (None,)):
            message = f"{value!r} takes a part of the mixture; change total or shares in {typed} instead"
            yield Fault(("datasets", 0, key), message)
