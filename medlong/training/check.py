"""Everything that is wrong with a recipe, at once, before a GPU is rented for it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from medlong.config import dotted, line_numbers, load_mapping
from medlong.training import data, schema
from medlong.training.data import Fault


def problems(path: Path) -> list[str]:
    """Return everything wrong with the recipe at `path`, each with its line, field and remedy.

    Beside Axolotl's own validation: keys it would drop, defaults of it that change the data unseen,
    and data that is not the mixture named.

    Raises:
        ConfigError: If the file is missing or is not a mapping of keys.
        MissingPackageError: If axolotl is not installed.
    """
    schema.need_axolotl()
    recipe = load_mapping(path)
    lines = line_numbers(path)
    found = [*schema.faults(recipe), *silent(recipe), *data.faults(recipe)]
    return [_told(fault, lines) for fault in sorted(set(found), key=lambda fault: (_line(fault, lines), fault.message))]


def silent(recipe: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield the defaults of Axolotl that change what is trained on, or how, without a word."""
    if recipe.get("seed") is None:
        yield Fault(("seed",), "not set, and Axolotl has no default for it; add: seed: 42")
    strategy = recipe.get("excess_length_strategy")
    if strategy in (None, "drop"):
        remedy = "rows longer than sequence_len vanish and the mixture's shares drift; write: raise, or truncate"
        yield Fault(("excess_length_strategy",), f"{'not set' if strategy is None else repr(strategy)}: {remedy}")
    held_out = recipe.get("val_set_size")
    if isinstance(held_out, int | float) and held_out > 0:
        remedy = "takes rows out of the mixture and leaves other shares; write 0, and held-out files in test_datasets"
        yield Fault(("val_set_size",), f"{held_out!r} {remedy}")
    if recipe.get("dataset_prepared_path") is None:
        remedy = "another run's prepared data can be used unseen; write one inside output_dir"
        yield Fault(("dataset_prepared_path",), f"not set, so all runs share last_run_prepared: {remedy}")


def _told(fault: Fault, lines: dict[str, int]) -> str:
    return f"line {_line(fault, lines)}: {dotted(fault.where) or '(whole file)'}: {fault.message}"


def _line(fault: Fault, lines: dict[str, int]) -> int:
    """The line of the field, or of the nearest thing around it that the file has."""
    places = (dotted(fault.where[:length]) for length in range(len(fault.where), -1, -1))
    return next((lines[place] for place in places if place in lines), 1)
