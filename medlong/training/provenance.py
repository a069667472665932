"""The file medlong_run.json beside a checkpoint: what was trained, on what, by what, and how it went."""

import json
import logging
import os
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

from medlong import __version__
from medlong.atomic import write_text
from medlong.catalog import RUN_FILE
from medlong.hashing import text_digest
from medlong.training.recipe import base_model_id, data_paths, mixture_file, run_id

LOG = logging.getLogger(__name__)
CURVE_FILE = "loss_curve.jsonl"
"""What was logged of every step, beside the record."""

MERGED = "merged"
"""The folder that `axolotl merge-lora` writes inside a run's output."""

PACKAGES = ("axolotl", "torch", "transformers", "peft")


class Known(NamedTuple):
    """What a run starts from, as it was when its data was loaded: files may change while it trains."""

    mixture_id: str | None = None
    """The mixture trained on, if the data is one."""

    mixture: str | None = None
    """Its name."""

    manifest: str | None = None
    """The text of its manifest."""

    recipe_sha256: str | None = None
    base_model_id: str | None = None
    """Of a folder. A model of a hub has its revision only once it is loaded."""


class Progress(NamedTuple):
    """How a training went, as its trainer knows it."""

    steps: int
    curve: list[tuple[int, float]]
    """Step and loss, as often as the recipe logs."""

    tokens: int | None
    """Tokens the model was given, padding and every process included."""

    trainable_tokens: int | None
    """Tokens that carried loss."""

    model_revision: str | None
    """Commit of the base model on its hub."""

    history: tuple[Mapping[str, Any], ...] = ()
    """Everything the trainer logged of its steps: loss, rate, gradient norm, epoch, tokens."""


def progress(state: Any, model_revision: str | None) -> Progress:
    """Return how far a trainer's `state` is."""
    tokens = getattr(state, "tokens", None) or {}
    counts = {name: int(tokens[name]) if name in tokens else None for name in ("total", "trainable")}
    curve = [(int(entry["step"]), float(entry["loss"])) for entry in state.log_history if "loss" in entry]
    history = tuple(_logged(entry) for entry in state.log_history if "loss" in entry)
    return Progress(int(state.global_step), curve, counts["total"], counts["trainable"], model_revision, history)


def curve_lines(done: Progress) -> str:
    """Return the curve as JSON lines, one logged step each, for any plotting program."""
    return "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in done.history)


def known(recipe: Mapping[str, Any], typed_path: str | None, mixture_id: str | None) -> Known:
    """Return what a run of `recipe` starts from, read from its files as they are now.

    Args:
        recipe: The keys of the recipe with the options typed after it, before Axolotl adds its own.
        typed_path: The recipe's path as it was typed, if it was a file.
        mixture_id: The mixture that its data is, if it is one.
    """
    paths = data_paths(recipe)
    manifest = Path(paths[0]).parent / "manifest.json" if mixture_id and paths else None
    base_model = str(recipe["base_model"])
    return Known(
        mixture_id=mixture_id,
        mixture=_mixture_name(recipe),
        manifest=manifest.read_text(encoding="utf-8") if manifest is not None and manifest.is_file() else None,
        recipe_sha256=_file_digest(typed_path),
        base_model_id=base_model_id(base_model) if Path(base_model).is_dir() else None,
    )


def record(
    recipe: Mapping[str, Any], typed_path: str | None, start: Known, done: Progress, wall_seconds: float
) -> dict[str, Any]:
    """Return the content of medlong_run.json; what is not known is left out.

    Args:
        recipe: The keys of the recipe with the options typed after it, before Axolotl adds its own.
        typed_path: The recipe's path as it was typed, if it was a file.
        start: What the run started from.
        done: How the training went.
        wall_seconds: From reading the recipe to the saved model.
    """
    base_model = str(recipe["base_model"])
    revision = recipe.get("revision_of_model") or done.model_revision
    identity = start.base_model_id or f"{base_model}@{revision or 'unstated'}"
    content = {
        "medlong_run": 1,
        "run_id": run_id(recipe, start.mixture_id, identity, processes()),
        "recipe": typed_path,
        "recipe_sha256": start.recipe_sha256,
        "mixture_id": start.mixture_id,
        "mixture": start.mixture,
        "base_model": base_model,
        "base_model_id": identity,
        "adapter": recipe.get("adapter"),
        "seed": recipe.get("seed"),
        "steps": done.steps,
        "train_loss": done.curve[-1][1] if done.curve else None,
        "loss_curve": done.curve,
        "loss_curve_file": CURVE_FILE if done.history else None,
        "tokens_seen": done.tokens,
        "trainable_tokens_seen": done.trainable_tokens,
        "wall_seconds": round(wall_seconds, 1),
        "versions": versions(PACKAGES) | {"medlong": __version__, "python": platform.python_version()},
        "hardware": hardware(),
    }
    return {key: value for key, value in content.items() if value is not None}


def write(output_dir: Path, content: Mapping[str, Any], manifest: str | None = None, curve: str = "") -> None:
    """Write medlong_run.json into `output_dir`, whole or not at all, its curve, and its mixture's manifest.

    With that copy in `mixture/`, a run's folder says by itself what the run was trained on. What cannot
    be written is logged: the training is over, its weights are saved, and an error would hide that.
    """
    texts = {RUN_FILE: json.dumps(content, ensure_ascii=False, indent=2) + "\n"}
    if manifest is not None:
        texts["mixture/manifest.json"] = manifest
    if curve:
        texts[CURVE_FILE] = curve
    for name, text in texts.items():
        try:
            write_text(output_dir / name, text)
        except OSError as error:
            LOG.error("%s could not be written (%s); put this there:\n%s", output_dir / name, error.strerror, text)


def retire(output_dir: Path) -> None:
    """Take the record of an earlier run away before a new one writes other weights to `output_dir`.

    Weights merged from that earlier run stay until the next merge, so the record moves to them.
    """
    old, merged = output_dir / RUN_FILE, output_dir / MERGED
    if not old.exists():
        return
    if merged.is_dir() and not (merged / RUN_FILE).exists():
        os.replace(old, merged / RUN_FILE)
    else:
        old.unlink()


def forget_merged(output_dir: Path) -> None:
    """Take the record of an earlier run away from the merged weights, which are about to be written anew."""
    (output_dir / MERGED / RUN_FILE).unlink(missing_ok=True)


def versions(packages: Iterable[str]) -> dict[str, str | None]:
    """Return the installed version of each package, None for one that is not installed."""
    found: dict[str, str | None] = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found


def _logged(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A log entry with numbers as numbers: some of Axolotl's are text."""
    return {key: _as_number(value) for key, value in entry.items()}


def _as_number(value: Any) -> Any:
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def hardware() -> dict[str, Any]:
    """Return the devices of this training.

    The number of CPU threads is part of it: it changes the order of sums, and so the last digits.
    """
    import torch

    count = processes()
    try:
        if torch.cuda.is_available():
            memory = torch.cuda.get_device_properties(0).total_memory / 2**30
            return {"device": torch.cuda.get_device_name(0), "memory_gib": round(memory, 1), "processes": count}
    except RuntimeError:  # the device failed after the training; the rest of the record is still true
        return {"processes": count}
    return {"device": f"cpu ({platform.machine()})", "threads": torch.get_num_threads(), "processes": count}


def processes() -> int:
    """Return how many processes train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def _file_digest(typed_path: str | None) -> str | None:
    path = Path(typed_path) if typed_path else None
    return text_digest(path.read_text(encoding="utf-8")) if path is not None and path.is_file() else None


def _mixture_name(recipe: Mapping[str, Any]) -> str | None:
    from medlong.mixing.spec import load

    typed = recipe.get("medlong_mixture")
    return load(mixture_file(str(typed))).name if typed is not None else None
