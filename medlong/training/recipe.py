"""What a recipe is apart from where its files lie: its data, its base model and the id of a run of it."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from medlong import catalog
from medlong.errors import ConfigError
from medlong.hashing import digest

ID_LENGTH = 16
PLUGIN = "medlong.training.plugin.MedlongPlugin"

PLACES = frozenset(
    {
        "axolotl_config_path",
        "base_model",
        "base_model_config",
        "dataset_prepared_path",
        "datasets.path",
        "hub_model_id",
        "medlong_mixture",
        "output_dir",
        "test_datasets.path",
        "tokenizer_config",
    }
)
"""Keys that say where something lies; what lies there is in a run's id by its content, or not at all."""

LAUNCHING = frozenset({"debug", "debug_num_examples", "debug_text_only", "prompter", "shard"})
"""Options of `axolotl train` that it adds to every recipe it reads."""

REPORTING = re.compile(
    r"logging_steps|profiler_steps(_start)?|include_tokens_per_second|(wandb|mlflow|comet|trackio|swanlab)_.*"
    r"|use_(wandb|mlflow|comet|trackio|swanlab|tensorboard|otel_metrics)|otel_.*"
)
"""Keys that say what is told of a training, to whom."""

WEIGHTS = frozenset({".safetensors", ".bin", ".gguf"})
BLOCK, BLOCKS = 1 << 16, 64


def mixture_file(typed: str) -> Path:
    """Return the mixture a recipe names: as typed from the current folder, or the shipped one; `#NAME` picks one.

    Raises:
        ConfigError: If there is neither.
    """
    path = Path(typed)
    plain = path.with_name(path.name.partition("#")[0]) if path.name else path
    if path.is_file() or plain.is_file():
        return path
    root = catalog.folder("mixtures")
    shipped = {f"mixtures/{file.relative_to(root).as_posix()}": file for file in catalog.yaml_files("mixtures")}
    if plain.as_posix() in shipped:
        return shipped[plain.as_posix()].with_name(path.name)
    hint = catalog.unknown("shipped mixture", typed, shipped) if shipped else "run it from the repository root"
    raise ConfigError(f"no mixture file {typed}; {hint}")


def named_id(data_path: str) -> str | None:
    """Return the mixture id in a data path such as `build/<mixture_id>/train.jsonl`, if it has one."""
    name = Path(data_path).parent.name
    is_id = len(name) == ID_LENGTH and set(name) <= set("0123456789abcdef")
    return name if is_id else None


def data_paths(recipe: Mapping[str, Any]) -> list[str]:
    """Return the path of every training dataset that has one."""
    entries = recipe.get("datasets")
    found = [entry.get("path") for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []
    return [path for path in found if isinstance(path, str)]


def settings(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a recipe can move a weight: everything but places, launch options and reporting."""
    dropped = PLACES | LAUNCHING
    kept = {
        key: value
        for key, value in recipe.items()
        if key not in dropped and value is not None and not REPORTING.fullmatch(key)
    }
    for key in ("datasets", "test_datasets"):
        if isinstance(kept.get(key), list):
            places = {place.removeprefix(f"{key}.") for place in PLACES if place.startswith(f"{key}.")}
            kept[key] = [{k: v for k, v in entry.items() if k not in places} for entry in kept[key]]
    return kept


def run_id(recipe: Mapping[str, Any], mixture_id: str | None, base_model_id: str, processes: int = 1) -> str:
    """Return the id of a run: the same for the same settings, data, seed and base model, wherever they lie.

    The number of processes is part of it, since each one takes a batch of its own in every step.
    """
    identity = {
        "settings": settings(recipe),
        "mixture_id": mixture_id,
        "seed": recipe.get("seed"),
        "base_model_id": base_model_id,
        "processes": processes,
    }
    return digest(identity)[:ID_LENGTH]


def base_model_id(base_model: str, revision: str | None = None) -> str:
    """Return what identifies a base model: `name@revision` on a hub, a fingerprint of a folder's content.

    The fingerprint reads config.json and, of each weights file, its size and 64 evenly spaced
    blocks: any other training of the model differs in all of them, and large models stay cheap.
    """
    folder = Path(base_model)
    if not folder.is_dir():
        return f"{base_model}@{revision or 'unstated'}"
    files = sorted(file for file in folder.iterdir() if file.suffix in WEIGHTS or file.name == "config.json")
    return digest([[file.name, file.stat().st_size, _sampled_digest(file)] for file in files])[:ID_LENGTH]


def _sampled_digest(file: Path) -> str:
    size = file.stat().st_size
    hasher = hashlib.sha256()
    with file.open("rb") as stream:
        for number in range(BLOCKS):
            stream.seek(max(size - BLOCK, 0) * number // (BLOCKS - 1))
            hasher.update(stream.read(BLOCK))
    return hasher.hexdigest()
