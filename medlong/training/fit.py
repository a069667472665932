"""Which rows of a mixture are longer than a recipe's sequences, and so would be dropped or cut."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from medlong.errors import MedlongError

DEFAULT_LENGTH = 512
"""Axolotl's `sequence_len` where a recipe has none."""

BATCH = 1000
Messages = Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Fit:
    """How the rows of one component fit."""

    component: str
    rows: int
    over: int
    """Rows with more tokens than a sequence has."""
    longest: int
    """Tokens of the longest row that was counted; rows that cannot be too long are not."""


def fits(recipe: Mapping[str, Any], folder: Path) -> list[Fit] | None:
    """Return how the rows of the built mixture in `folder` fit `sequence_len`, by component.

    Tokens are counted as Axolotl's `type: chat_template` makes them, with the recipe's own tokenizer and template.
    A row is counted only if it could be too long: a token is at least one byte of the text.

    Returns:
        None where the dataset has another type, or where the tokenizer or its template cannot be loaded.
    """
    count = _counter(recipe)
    if count is None:
        return None
    limit = whole(recipe, "sequence_len", DEFAULT_LENGTH)
    frames: dict[tuple[str, ...], int] = {}
    rows: dict[str, int] = {}
    over: dict[str, int] = {}
    longest: dict[str, int] = {}
    pairs = _rows(folder)
    while batch := list(islice(pairs, BATCH)):
        doubtful = []
        for component, messages in batch:
            rows[component] = rows.get(component, 0) + 1
            if _at_most(messages, count, frames) > limit:
                doubtful.append((component, messages))
        lengths = count.lengths([messages for _, messages in doubtful]) if doubtful else []
        for (component, _), length in zip(doubtful, lengths, strict=True):
            longest[component] = max(longest.get(component, 0), length.tokens)
            over[component] = over.get(component, 0) + (length.tokens > limit)
    return [Fit(name, rows[name], over.get(name, 0), longest.get(name, 0)) for name in sorted(rows)]


def told(found: Sequence[Fit]) -> str:
    """Return the rows that are too long, by component, in words."""
    return ", ".join(f"{each.over:,} of {each.rows:,} {each.component} rows" for each in found if each.over)


def needed(found: Sequence[Fit]) -> int:
    """Return the tokens of the longest row counted."""
    return max(each.longest for each in found)


def whole(recipe: Mapping[str, Any], key: str, default: int) -> int:
    """Return the whole number that a recipe has at `key`, or the default."""
    value = recipe.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else default


def _counter(recipe: Mapping[str, Any]) -> Any:
    from medlong.mixing.lengths import counter
    from medlong.mixing.tokenizer import TokenizerSpec

    entries = recipe.get("datasets")
    entry = entries[0] if isinstance(entries, list) and entries and isinstance(entries[0], Mapping) else {}
    path = recipe.get("tokenizer_config") or recipe.get("base_model")
    template = entry.get("chat_template") or recipe.get("chat_template") or "tokenizer_default"
    if entry.get("type") != "chat_template" or not isinstance(path, str) or not isinstance(template, str):
        return None
    revision = recipe.get("revision_of_model")
    spec = {"path": path, "chat_template": template}
    if not Path(path).is_dir():
        spec["revision"] = str(revision)
    try:
        return counter(TokenizerSpec(**spec))
    except MedlongError:
        return None


def _rows(folder: Path) -> Iterator[tuple[str, Messages]]:
    with (
        (folder / "train.jsonl").open(encoding="utf-8") as train,
        (folder / "index.jsonl").open(encoding="utf-8") as index,
    ):
        for line, about in zip(train, index, strict=True):
            yield json.loads(about)["component"], json.loads(line)["messages"]


def _at_most(messages: Messages, count: Any, frames: dict[tuple[str, ...], int]) -> int:
    """More tokens than this a row cannot have: those of its template, and the bytes of its contents."""
    roles = tuple(turn["role"] for turn in messages)
    if roles not in frames:
        frames[roles] = count([{"role": role, "content": "x"} for role in roles]).tokens
    return frames[roles] + sum(len(turn["content"].encode()) for turn in messages)
