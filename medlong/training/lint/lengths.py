"""Whether the rows of a mixture fit the sequences of a recipe, and what is left of its shares if not."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from medlong.training.data import Fault
from medlong.training.fit import DEFAULT_LENGTH, Fit, fits, needed, told, whole


def faults(recipe: Mapping[str, Any], folder: Path | None) -> Iterator[Fault]:
    """Yield the rows of the built mixture in `folder` that are longer than a sequence; None: it is not built."""
    if recipe.get("medlong_mixture") and folder is None:
        yield Fault(("medlong_mixture",), "is not built yet, so its rows and their lengths were not looked at", "note")
        return
    if folder is None:
        return
    found = fits(recipe, folder)
    if found is None:
        message = "lengths were not looked at: the tokenizer is not here, or the template is not one that is counted"
        yield Fault(("datasets", 0, "type"), message, "note")
        return
    yield from too_long(recipe, found)


def too_long(recipe: Mapping[str, Any], found: Sequence[Fit]) -> Iterator[Fault]:
    """Yield what becomes of rows that are longer than a sequence: an error where Axolotl drops them without a word."""
    if not any(each.over for each in found):
        return
    length = whole(recipe, "sequence_len", DEFAULT_LENGTH)
    strategy = recipe.get("excess_length_strategy")
    remedy = f"a sequence_len of {needed(found):,} holds every row"
    if strategy == "truncate":
        yield Fault(("sequence_len",), f"{length:,} cuts {told(found)}, answers first; {remedy}", "warning")
    elif strategy == "raise":
        yield Fault(("sequence_len",), f"{length:,} is too short for {told(found)}: the training stops; {remedy}")
    else:
        message = f"{length:,} drops {told(found)} without a word, and leaves {_shares(found)}"
        yield Fault(("sequence_len",), f"{message}; {remedy}, or filter them in the mixture file")


def _shares(found: Sequence[Fit]) -> str:
    rows = {each.component: each.rows for each in found}
    kept = {each.component: each.rows - each.over for each in found}
    before, after = sum(rows.values()), max(sum(kept.values()), 1)
    return ", ".join(f"{name} {rows[name] / before:.1%} -> {kept[name] / after:.1%}" for name in rows)
