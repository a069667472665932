"""Soups: the weighted average of models that began as one, tensor by tensor from disk to disk.

Averaging a base and what it was tuned to keeps much of what each can do (Wortsman et al. 2022, WiSE-FT, arXiv
2109.01903); averaging several trainings is better than each (Wortsman et al. 2022, model soups, arXiv 2203.05482).
"""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any

from medlong import __version__
from medlong.atomic import new_folder
from medlong.catalog import RUN_FILE
from medlong.errors import ConfigError
from medlong.hashing import digest
from medlong.soup.checkpoint import INDEX, SINGLE, TOKENIZER, Checkpoint, checkpoint, differences, same_words
from medlong.soup.weights import LAYER, Recipe, beyond
from medlong.training.recipe import ID_LENGTH, base_model_id

SHARD = 5_000_000_000
"""Bytes of a file of weights."""

SHOWN = 5
"""Differences between two models that a message shows."""


def soup(
    folders: Sequence[Path], recipe: Recipe, out: Path, tokenizer: int | None = None, shard: int = SHARD
) -> Iterator[tuple[str, int]]:
    """Write the soup of models to `out`, yielding the name and bytes of each tensor as it is done.

    Sums are in 32-bit numbers, or 64 where a model has such, and stored as the base's. Configuration comes from the
    base. What is held in memory is one file of the soup, of about `shard` bytes, and one tensor of each model.

    Args:
        folders: The models, the base first.
        recipe: Their weights.
        out: Where the soup lies when all is done; replaced if it is there.
        tokenizer: Place among `folders` of the one whose tokenizer is taken; needed where tokenizers differ.
        shard: Bytes of a file.

    Raises:
        ConfigError: If the models cannot be averaged, or `out` is one of them.
    """
    models = [checkpoint(folder) for folder in folders]
    _check(models, recipe, out, tokenizer)
    parts = _shards(models[0], shard)
    with new_folder(out) as new:
        for number, names in enumerate(parts, start=1):
            yield from _write(new / _name(number, len(parts)), names, models, recipe)
        if len(parts) > 1:
            _index(new, models[0], parts)
        _copy(models[0].folder, models[tokenizer or 0].folder, new)
        text = json.dumps(record(models, recipe), ensure_ascii=False, indent=2)
        (new / RUN_FILE).write_text(text + "\n", encoding="utf-8")
        _copy_manifest(models, new)


def _check(models: Sequence[Checkpoint], recipe: Recipe, out: Path, tokenizer: int | None) -> None:
    if any(out.resolve() == model.folder.resolve() for model in models):
        raise ConfigError(f"{out}: is one of the models; give the soup a folder of its own")
    for other in models[1:]:
        found = differences(models[0], other)
        if found:
            more = [f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
            listed = "\n  ".join([*found[:SHOWN], *more])
            raise ConfigError(f"{other.folder}: cannot be averaged with {models[0].folder}\n  {listed}")
    layers = {int(match[1]) for name in models[0].tensors if (match := LAYER.search(name))}
    wrong = beyond(recipe.spans, max(layers, default=-1) + 1)
    if wrong:
        raise ConfigError(f"--layers: {', '.join(wrong)}: the models have layers 0 to {max(layers, default=-1)}")
    if tokenizer is None and not same_words(models):
        raise ConfigError("the models have different tokenizers; say whose is right: --tokenizer-from base or tuned")


def _shards(base: Checkpoint, shard: int) -> list[list[str]]:
    """The names of the tensors in each file, in the order of the base's files."""
    parts: list[list[str]] = [[]]
    size = 0
    for name, tensor in base.tensors.items():
        if parts[-1] and size + tensor.bytes > shard:
            parts.append([])
            size = 0
        parts[-1].append(name)
        size += tensor.bytes
    return parts


def _name(number: int, count: int) -> str:
    return SINGLE if count == 1 else f"model-{number:05}-of-{count:05}.safetensors"


def _write(path: Path, names: Iterable[str], models: Sequence[Checkpoint], recipe: Recipe) -> Iterator[tuple[str, int]]:
    from safetensors import safe_open
    from safetensors.torch import save_file

    done: dict[str, Any] = {}
    with ExitStack() as stack:
        files: dict[Path, Any] = {}
        for name in names:
            tensors = []
            for model in models:
                file = model.tensors[name].file
                if file not in files:
                    files[file] = stack.enter_context(safe_open(file, framework="pt"))
                tensors.append(files[file].get_tensor(name))
            done[name] = _average(name, tensors, recipe.of(name))
            yield name, models[0].tensors[name].bytes
        save_file(done, path, metadata={"format": "pt"})


def _average(name: str, tensors: Sequence[Any], weights: Sequence[Fraction]) -> Any:
    import torch

    base = tensors[0]
    if not base.is_floating_point():
        if not all(torch.equal(base, tensor) for tensor in tensors):
            raise ConfigError(f"{name}: is of whole numbers and differs between the models, so it has no average")
        return base.clone()
    kind = torch.float64 if any(tensor.dtype == torch.float64 for tensor in tensors) else torch.float32
    total = None
    for tensor, weight in zip(tensors, weights, strict=True):
        if weight:
            part = tensor.to(kind) if weight == 1 else tensor.to(kind) * float(weight)
            total = part if total is None else total + part
    return (torch.zeros_like(base, dtype=kind) if total is None else total).to(base.dtype).contiguous()


def _index(new: Path, base: Checkpoint, parts: Sequence[Sequence[str]]) -> None:
    size = sum(tensor.bytes for tensor in base.tensors.values())
    files = {name: _name(number, len(parts)) for number, names in enumerate(parts, start=1) for name in names}
    text = json.dumps({"metadata": {"total_size": size}, "weight_map": dict(sorted(files.items()))}, indent=2)
    (new / INDEX).write_text(text + "\n", encoding="utf-8")


def _copy(base: Path, words: Path, new: Path) -> None:
    for folder, names in ((base, ("config.json", "generation_config.json")), (words, TOKENIZER)):
        for name in names:
            if (folder / name).is_file():
                shutil.copyfile(folder / name, new / name)


def _copy_manifest(models: Sequence[Checkpoint], new: Path) -> None:
    """Copy what the tuned models were trained on, where that is one mixture: a comparison reads it there."""
    path = _place(models[1].folder) / "mixture" / "manifest.json"
    if _mixture([_parent(model.folder) for model in models[1:]]) and path.is_file():
        (new / "mixture").mkdir()
        shutil.copyfile(path, new / "mixture" / "manifest.json")


def _mixture(tuned: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Name and id of the mixture that all tuned models were trained on, if there is one."""
    ids = {each.get("mixture_id") for each in tuned}
    return {key: tuned[0][key] for key in ("mixture", "mixture_id") if len(ids) == 1 and tuned[0].get(key)}


def record(models: Sequence[Checkpoint], recipe: Recipe) -> dict[str, Any]:
    """Return the content of medlong_run.json, by which a comparison shows the soup as a run of its own.

    Its id follows from those of the models and from the weights; the mixture is that of the tuned models, where they
    were all trained on one.
    """
    parents = [_parent(model.folder) for model in models]
    weights = {
        "weights": [str(weight) for weight in recipe.weights],
        "layers": [
            {"layers": span.end or f"{span.first}-{span.last}", "tuned": str(span.tuned)} for span in recipe.spans
        ],
    }
    bases = {each["base_model"] for each in parents if "base_model" in each}
    ids = [each["id"] for each in parents]
    return {
        "medlong_run": 1,
        "run_id": digest({"soup": ids, **weights})[:ID_LENGTH],
        "base_model": bases.pop() if len(bases) == 1 else models[0].folder.name,
        "base_model_id": ids[0],
        **_mixture(parents[1:]),
        "soup": {"models": ids, **weights},
        "versions": {"medlong": __version__},
    }


def _parent(folder: Path) -> Mapping[str, Any]:
    """What is known of a model: the record of its training, or a fingerprint of its files."""
    path = _place(folder) / RUN_FILE
    if not path.is_file():
        return {"id": base_model_id(str(folder))}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise ConfigError(f"{path}: not JSON; remove it, or train again") from None
    return {**content, "id": str(content.get("run_id"))}


def _place(folder: Path) -> Path:
    """Where the record of a model's training lies: beside the merged weights of an adapter."""
    return folder.parent if folder.name == "merged" and not (folder / RUN_FILE).is_file() else folder
