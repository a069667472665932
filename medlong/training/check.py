"""Everything that is wrong with a recipe, at once, before a GPU is rented for it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from medlong.config import dotted, line_numbers, load_mapping, nearest_line
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
    return [
        _told(fault, lines)
        for fault in sorted(set(found), key=lambda fault: (nearest_line(lines, fault.where), fault.message))
    ]


def silent(recipe: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield the defaults of Axolotl that change what is trained on, or how, without a word."""
    if recipe.get("seed") is None:
        yield Fault(("seed",), "not set, and Axolotl has no default for it; add: seed: 42")
    strategy = recipe.get("excess_length_strategy")
    if strategy in (None, "drop"):
        remedy = "rows longer than sequence_len vanish and the mixture's shares drift; write: raise, or truncate"
        yield Fault(("excess_length_strategy",), f"{'not set' if strategy is None else repr(strategy)}: {remedy}")
    held_out = recipe.get("val_set_size")
    if (_number(held_out) or 0) > 0:
        remedy = "takes rows out of the mixture and leaves other shares; write 0, and held-out files in test_datasets"
        yield Fault(("val_set_size",), f"{held_out!r} {remedy}")
    epochs = _number(recipe.get("num_epochs"))
    if epochs is not None and epochs < 1 and recipe.get("max_steps") is None:
        remedy = "some rows are never seen and the mixture's shares drift; write 1 or more, or a smaller total"
        yield Fault(("num_epochs",), f"{recipe['num_epochs']!r}: {remedy}")
    if recipe.get("dataset_prepared_path") is None:
        remedy = "another run's prepared data can be used unseen; write one inside output_dir"
        yield Fault(("dataset_prepared_path",), f"not set, so all runs share last_run_prepared: {remedy}")


def _told(fault: Fault, lines: dict[str, int]) -> str:
    line = nearest_line(lines, fault.where)
    return f"line {line}: {dotted(fault.where) or '(whole file)'}: {fault.message}"


def _number(value: object) -> float | None:
    """A value as Axolotl's schema takes it: a number, or text that is one."""
    try:
        return float(value) if isinstance(value, int | float | str) else None
    except ValueError:
        return None
