"""Whether the type of a dataset is one that Axolotl has, and whether its fields are in the file."""

import json
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from medlong.training.data import Fault

PACKAGE = "axolotl.prompt_strategies"
WRAPPED = (
    "alpaca", "explainchoice", "concisechoice", "summarizetldr", "jeopardy", "oasst", "gpteacher", "reflection",
)  # fmt: skip
"""Types that Axolotl 0.19 to 0.21 build in `axolotl.utils.data.wrappers`, without a module of their own."""

ROWS = 20
"""Rows of a local file whose fields are looked at."""

PREFERENCE = ("dpo", "ipo", "simpo", "kto", "orpo", "grpo", "gdpo", "ebft")


def faults(recipe: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield the types that Axolotl would not find, and the fields that a local file does not have."""
    for key in ("datasets", "test_datasets"):
        entries = recipe.get(key)
        for number, entry in enumerate(entries if isinstance(entries, list) else []):
            if isinstance(entry, Mapping):
                yield from _type(recipe, entry, (key, number))
                yield from _fields(entry, (key, number))


def _type(recipe: Mapping[str, Any], entry: Mapping[str, Any], where: tuple[str | int, ...]) -> Iterator[Fault]:
    strategy = entry.get("type")
    if not isinstance(strategy, str) or recipe.get("rl") in PREFERENCE:
        return  # a mapping is a type of the user's own, which the schema checks
    if strategy.startswith(("bradley_terry", "stepwise_supervised")) or resolves(strategy):
        return
    close = get_close_matches(strategy.split(":")[0], known(), n=1)
    hint = f"did you mean {close[0]!r}?" if close else "chat_template is what a mixture needs"
    yield Fault(
        (*where, "type"),
        f"{strategy!r} is no prompt strategy of Axolotl, which finds out after the model is loaded; {hint}",
    )


def known() -> list[str]:
    """Return the names of Axolotl's prompt strategies."""
    package = find_spec(PACKAGE)
    folders = list(package.submodule_search_locations or ()) if package else []
    return sorted(
        {module.name for module in iter_modules(folders)} - {"base", "jinja_template_analyzer"} | set(WRAPPED)
    )


def resolves(strategy: str) -> bool:
    """Return whether Axolotl's loader finds a strategy: a module of its own with that function, or of the user's."""
    base, _, style = strategy.partition(":")
    if base in WRAPPED:
        return True
    if style:
        return False
    parts = strategy.split(".")
    function = "load"
    if parts[-1] == "load" or parts[-1].startswith("load_"):
        function = parts.pop()
    if not all(part.isidentifier() for part in parts) or not parts:
        return False
    return any(_has(module, function) for module in (f"{PACKAGE}.{'.'.join(parts)}", ".".join(parts)))


def _has(module: str, function: str) -> bool:
    """Whether the source of a module defines a function; nothing of it is run."""
    try:
        spec = find_spec(module)
    except (ImportError, ValueError, AttributeError):
        return False
    if spec is None or not spec.origin or not spec.origin.endswith(".py"):
        return False
    text = Path(spec.origin).read_text(encoding="utf-8", errors="replace")
    name = re.escape(function)
    return bool(re.search(rf"^(?:def {name}\(|{name}\s*=|from .* import .*\b{name}\b)", text, re.MULTILINE))


def _fields(entry: Mapping[str, Any], where: tuple[str | int, ...]) -> Iterator[Fault]:
    if entry.get("type") != "chat_template":
        return
    field = entry.get("field_messages") or "messages"
    rows = _first_rows(entry.get("path"))
    lacking = [number for number, row in enumerate(rows, start=1) if field not in row]
    if lacking:
        has = ", ".join(map(repr, rows[lacking[0] - 1]))
        message = f"line {lacking[0]} of {entry['path']} has no {field!r}; it has {has or 'nothing'}"
        yield Fault((*where, "field_messages"), message)
        return
    mapping = entry.get("message_property_mappings")
    wanted = [mapping.get(key) or key for key in ("role", "content")] if isinstance(mapping, Mapping) else []
    for number, row in enumerate(rows, start=1):
        turns = row[field]
        if not isinstance(turns, list) or not turns:
            yield Fault(
                (*where, "field_messages"), f"line {number} of {entry['path']}: {field!r} is no list of turns, or empty"
            )
            return
        names = wanted or (["role", "content"] if "role" in turns[0] else ["from", "value"])
        missing = next(
            (name for turn in turns if isinstance(turn, Mapping) for name in names if name not in turn), None
        )
        if missing is not None:
            message = (
                f"line {number} of {entry['path']}: a turn has no {missing!r}; map it in message_property_mappings"
            )
            yield Fault((*where, "field_messages"), message)
            return


def _first_rows(path: object) -> list[dict[str, Any]]:
    if not isinstance(path, str) or not path.endswith(".jsonl") or not Path(path).is_file():
        return []
    rows: list[dict[str, Any]] = []
    with Path(path).open(encoding="utf-8", errors="replace") as file:
        for line in islice(file, ROWS):
            try:
                row = json.loads(line)
            except ValueError:
                return rows
            if isinstance(row, dict):
                rows.append(row)
    return rows
