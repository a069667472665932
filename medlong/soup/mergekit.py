"""The same soup as a configuration of mergekit, for those who merge with it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from medlong.soup.checkpoint import Checkpoint
from medlong.soup.weights import LAYER, Recipe

HEADER = "# The same soup by mergekit: mergekit-yaml {file} OUT\n"
KINDS = {"BF16": "bfloat16", "F16": "float16", "F32": "float32", "F64": "float64"}


def config(models: Sequence[Checkpoint], recipe: Recipe, file: Path) -> str:
    """Return the YAML with which mergekit makes the soup of `models`, the base first.

    It is mergekit's `linear` without normalising, summed in 32-bit numbers and stored as the base's first tensor. A
    weight that differs by layer is a list of filters, of which the first that is a part of a tensor's name counts;
    the last has none and is for all others.

    Args:
        models: What goes into the soup.
        recipe: How much of each.
        file: Where the text will be, for its first line.
    """
    kinds = [KINDS[tensor.dtype] for tensor in models[0].tensors.values() if tensor.dtype in KINDS]
    content = {
        "merge_method": "linear",
        "models": [
            {"model": str(model.folder), "parameters": {"weight": _weight(models[0], recipe, number)}}
            for number, model in enumerate(models)
        ],
        "parameters": {"normalize": False},
        "dtype": "float32",
        "out_dtype": kinds[0] if kinds else "float32",
    }
    return HEADER.format(file=file.name) + yaml.safe_dump(content, sort_keys=False)


def _weight(base: Checkpoint, recipe: Recipe, number: int) -> float | list[dict[str, Any]]:
    own: dict[str, float] = {}
    for name in base.tensors:
        weights = recipe.of(name)
        if weights != recipe.weights:
            layer = LAYER.search(name)
            own[layer[0] if layer else name] = float(weights[number])
    rest = float(recipe.weights[number])
    return [*({"filter": part, "value": value} for part, value in own.items()), {"value": rest}] if own else rest
