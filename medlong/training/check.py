"""Everything that is wrong with a recipe, at once, before a GPU is rented for it."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medlong.config import dotted, line_numbers, load_mapping, nearest_line
from medlong.errors import MedlongError
from medlong.training import data, memory, schema
from medlong.training.data import Fault
from medlong.training.lint import hardware, lengths, places, steps, strategy, window
from medlong.training.recipe import data_paths

SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a recipe before it is used."""

    severity: str
    """One of `SEVERITIES`."""

    line: int
    field: str
    """Its dotted name, such as `datasets[0].path`; empty for the whole file."""

    message: str

    def told(self) -> str:
        """Return it as one line of text."""
        mark = "" if self.severity == "error" else f"{self.severity}: "
        return f"line {self.line}: {mark}{self.field or '(whole file)'}: {self.message}"


def findings(path: Path, gpus: int | None = None, card: float | None = None) -> list[Finding]:
    """Return everything to know about the recipe at `path`, in the order of its lines.

    Beside Axolotl's own validation: keys it would drop, defaults of it that change the data unseen, data that is not
    the mixture named, rows that do not fit, dataset types that do not resolve, positions past the model's window,
    batches, memory, hardware, files that are not there, secrets.

    Args:
        path: The recipe.
        gpus: How many GPUs train; what the recipe itself asks for if left out.
        card: GiB of memory of each GPU; more needed than this is an error.

    Raises:
        ConfigError: If the file is missing or is not a mapping of keys.
        MissingPackageError: If axolotl is not installed.
    """
    schema.need_axolotl()
    recipe = load_mapping(path)
    lines = line_numbers(path)
    found = [*schema.faults(recipe), *silent(recipe), *data.faults(recipe)]
    found += _lint(recipe, gpus or memory.processes(recipe), card)
    ordered = sorted(set(found), key=lambda fault: (nearest_line(lines, fault.where), fault.message))
    return [
        Finding(fault.severity, nearest_line(lines, fault.where), dotted(fault.where), fault.message)
        for fault in ordered
    ]


def problems(path: Path) -> list[str]:
    """Return the errors alone, as `findings` orders them, each as one line of text.

    Raises:
        ConfigError: As `findings` does.
        MissingPackageError: As `findings` does.
    """
    return [found.told() for found in findings(path) if found.severity == "error"]


def shared_outputs(paths: Mapping[Path, object]) -> Iterator[str]:
    """Yield the recipes, of several checked at once, that write into one folder."""
    seen: dict[str, Path] = {}
    for path, out in paths.items():
        if isinstance(out, str):
            first = seen.setdefault(os.path.normpath(out), path)
            if first != path:
                yield f"{path}: output_dir: {out} is that of {first} too; the later training replaces the earlier one"


def _lint(recipe: Mapping[str, Any], gpus: int, card: float | None) -> Iterator[Fault]:
    yield from strategy.faults(recipe)
    yield from window.faults(recipe)
    yield from places.faults(recipe)
    yield from hardware.faults(recipe, gpus, card, _has_gpu())
    folder = _built(recipe)
    yield from lengths.faults(recipe, folder)
    yield from steps.faults(recipe, _rows(folder), gpus)


def _has_gpu() -> bool:
    import torch

    return bool(torch.accelerator.is_available())


def _built(recipe: Mapping[str, Any]) -> Path | None:
    """The folder of the recipe's mixture, where it is built."""
    paths = data_paths(recipe)
    if len(paths) != 1:
        return None
    path = paths[0]
    if data.ID_TO_COME in path and recipe.get("medlong_mixture"):
        try:
            path = data.filled(path, data.current_id(str(recipe["medlong_mixture"])))
        except MedlongError:
            return None
    folder = Path(path).parent
    return folder if (folder / "manifest.json").is_file() and (folder / "index.jsonl").is_file() else None


def _rows(folder: Path | None) -> int | None:
    """How many rows a built mixture has, by its manifest."""
    if folder is None:
        return None
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return sum(int(component["realised"]["examples"]) for component in manifest["components"].values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


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


def _number(value: object) -> float | None:
    """A value as Axolotl's schema takes it: a number, or text that is one."""
    try:
        return float(value) if isinstance(value, int | float | str) else None
    except ValueError:
        return None
