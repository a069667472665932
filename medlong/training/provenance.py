"""The file medlong_run.json beside a checkpoint: what was trained, on what, by what, and how it went."""

import json
import os
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

from medlong import __version__
from medlong.atomic import write_text
from medlong.hashing import text_digest
from medlong.training.recipe import base_model_id, mixture_file, run_id

RUN_FILE = "medlong_run.json"
MERGED = "merged"
"""The folder that `axolotl merge-lora` writes inside a run's output."""

PACKAGES = ("axolotl", "torch", "transformers", "peft")


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


def progress(state: Any, model_revision: str | None) -> Progress:
    """Return how far a trainer's `state` is."""
    tokens = getattr(state, "tokens", None) or {}
    counts = {name: int(tokens[name]) if name in tokens else None for name in ("total", "trainable")}
    curve = [(int(entry["step"]), float(entry["loss"])) for entry in state.log_history if "loss" in entry]
    return Progress(int(state.global_step), curve, counts["total"], counts["trainable"], model_revision)


def record(
    recipe: Mapping[str, Any], typed_path: str | None, mixture_id: str | None, done: Progress, wall_seconds: float
) -> dict[str, Any]:
    """Return the content of medlong_run.json; what is not known is left out.

    Args:
        recipe: The keys of the recipe with the options typed after it, before Axolotl adds its own.
        typed_path: The recipe's path as it was typed, if it was a file.
        mixture_id: The mixture trained on, if the data is one.
        done: How the training went.
        wall_seconds: From reading the recipe to the saved model.
    """
    base_model = str(recipe["base_model"])
    identity = base_model_id(base_model, recipe.get("revision_of_model") or done.model_revision)
    content = {
        "medlong_run": 1,
        "run_id": run_id(recipe, mixture_id, identity),
        "recipe": typed_path,
        "recipe_sha256": _file_digest(typed_path),
        "mixture_id": mixture_id,
        "mixture": _mixture_name(recipe),
        "base_model": base_model,
        "base_model_id": identity,
        "adapter": recipe.get("adapter"),
        "seed": recipe.get("seed"),
        "steps": done.steps,
        "train_loss": done.curve[-1][1] if done.curve else None,
        "loss_curve": done.curve,
        "tokens_seen": done.tokens,
        "trainable_tokens_seen": done.trainable_tokens,
        "wall_seconds": round(wall_seconds, 1),
        "versions": versions(PACKAGES) | {"medlong": __version__, "python": platform.python_version()},
        "hardware": hardware(),
    }
    return {key: value for key, value in content.items() if value is not None}


def write(output_dir: Path, content: Mapping[str, Any], manifest: Path | None = None) -> None:
    """Write medlong_run.json into `output_dir`, whole or not at all, after a copy of the mixture's manifest.

    With the copy in `mixture/`, a run's folder says by itself what the run was trained on.
    """
    if manifest is not None and manifest.is_file():
        write_text(output_dir / "mixture" / manifest.name, manifest.read_text(encoding="utf-8"))
    write_text(output_dir / RUN_FILE, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


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


def hardware() -> dict[str, Any]:
    """Return the devices of this training.

    The number of CPU threads is part of it: it changes the order of sums, and so the last digits.
    """
    import torch

    processes = int(os.environ.get("WORLD_SIZE", "1"))
    if torch.cuda.is_available():
        memory = torch.cuda.get_device_properties(0).total_memory / 2**30
        return {"device": torch.cuda.get_device_name(0), "memory_gib": round(memory, 1), "processes": processes}
    return {"device": f"cpu ({platform.machine()})", "threads": torch.get_num_threads(), "processes": processes}


def _file_digest(typed_path: str | None) -> str | None:
    path = Path(typed_path) if typed_path else None
    return text_digest(path.read_text(encoding="utf-8")) if path is not None and path.is_file() else None


def _mixture_name(recipe: Mapping[str, Any]) -> str | None:
    from medlong.mixing.spec import load

    typed = recipe.get("medlong_mixture")
    return load(mixture_file(str(typed))).name if typed is not None else None
