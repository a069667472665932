"""Axolotl's own schema, used strictly: it validates with it, and finds the keys that it would drop unseen."""

import contextlib
import io
import os
import sys
from collections.abc import Iterator, Mapping
from copy import deepcopy
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from medlong.config import models_in
from medlong.errors import MissingPackageError
from medlong.training.data import Fault

AS_IF_ON = {"bf16": True, "fp8": True, "tf32": True, "n_gpu": 8, "compute_capability": "sm_90"}
"""The machine a recipe is validated for; what this machine has is not the recipe's fault."""

DATASETS = ("datasets", "test_datasets")


class Schema(NamedTuple):
    """The models a recipe is validated with, its plugins' keys included."""

    recipe: type[BaseModel]
    dataset: type[BaseModel]


def need_axolotl() -> None:
    """Import Axolotl without telemetry, without the hub, and without the dozen warnings of its imports.

    Raises:
        MissingPackageError: If it is not installed.
    """
    if find_spec("axolotl") is None:
        raise MissingPackageError(
            "checking recipes needs axolotl, which is not installed: pip install 'medlong[train]'"
        )
    os.environ.setdefault("AXOLOTL_DO_NOT_TRACK", "1")
    os.environ.setdefault("AXOLOTL_LOG_LEVEL", "ERROR")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    with contextlib.redirect_stderr(io.StringIO()):
        import_module("axolotl.utils.config")


def faults(recipe: Mapping[str, Any]) -> list[Fault]:
    """Return everything Axolotl itself would refuse in `recipe`, and every key it would drop."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        loaded, found = _load(recipe)
        found += list(_unknown(recipe, (loaded.recipe,), loaded, ()))
        shapeless = list(_shapeless(recipe))
        found += shapeless or _refused(recipe)
    return found


def _load(recipe: Mapping[str, Any]) -> tuple[Schema, list[Fault]]:
    """The schema with the keys of the recipe's plugins, and the plugins that do not load."""
    from axolotl.integrations.base import PluginManager
    from axolotl.integrations.config import merge_input_args
    from axolotl.utils.dict import DictDefault
    from axolotl.utils.schemas.datasets import DPODataset, KTODataset, SFTDataset

    manager = PluginManager.get_instance()
    manager.plugins.clear()
    found = []
    plugins = recipe.get("plugins")
    for number, name in enumerate(plugins if isinstance(plugins, list) else []):
        reason = _register(manager, str(name))
        if reason is not None:
            found.append(Fault(("plugins", number), f"{name} cannot be loaded: {reason}"))
    for plugin in manager.plugins.values():
        plugin.register(DictDefault(deepcopy(dict(recipe))))
    preference = {"dpo": DPODataset, "ipo": DPODataset, "simpo": DPODataset, "kto": KTODataset}
    return Schema(merge_input_args()[1], preference.get(str(recipe.get("rl")), SFTDataset)), found


def _register(manager: Any, name: str) -> str | None:
    try:
        manager.register(name)
    except (AttributeError, ValueError, TypeError) as error:
        return str(error)
    return None if name in manager.plugins else "no such module, or one of its imports is missing"


def _shapeless(recipe: Mapping[str, Any]) -> Iterator[Fault]:
    """Datasets that are no list of mappings, on which Axolotl's validators fail with errors about something else."""
    for key in DATASETS:
        entries = recipe.get(key)
        if entries is not None and not isinstance(entries, list):
            yield Fault((key,), f"expected a list of datasets, each with path and type; got {entries!r:.60}")
        for number, entry in enumerate(entries if isinstance(entries, list) else []):
            if not isinstance(entry, Mapping):
                yield Fault((key, number), f"expected a dataset with path and type; got {entry!r:.60}")


def _refused(recipe: Mapping[str, Any]) -> list[Fault]:
    """What validation itself says; Axolotl's validators raise errors of many kinds."""
    import torch
    from axolotl.utils.config import validate_config
    from axolotl.utils.dict import DictDefault

    installed = str(torch.__version__).split("+")[0]
    try:
        with as_if_installed("ring_flash_attn"):
            validate_config(DictDefault(deepcopy(dict(recipe))), dict(AS_IF_ON), {"torch_version": installed})
    except ValidationError as error:
        return [_reason(detail["loc"], detail["msg"], detail["input"]) for detail in error.errors()]
    except (ValueError, TypeError, AttributeError, ImportError, Warning) as error:
        return [Fault((), f"Axolotl refuses it: {error}")]
    return []


@contextlib.contextmanager
def as_if_installed(name: str) -> Iterator[None]:
    """An empty module of this name while the block runs, where there is none.

    Context parallelism needs it, it needs a GPU to be built, and validation only looks whether it is there.
    """
    absent = name not in sys.modules and find_spec(name) is None
    if absent:
        sys.modules[name] = ModuleType(name)
    try:
        yield
    finally:
        if absent:
            sys.modules.pop(name, None)


def _reason(where: tuple[str | int, ...], message: str, value: object) -> Fault:
    text = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    shown = "" if isinstance(value, dict | list | BaseModel) else f", got {value!r}"
    return Fault(where, f"Axolotl refuses it: {text}{shown}")


def _unknown(
    value: Mapping[str, Any], models: tuple[type[BaseModel], ...], schema: Schema, where: tuple[str | int, ...]
) -> Iterator[Fault]:
    known = dict(pair for model in models for pair in _spellings(model))
    for key, inner in value.items():
        place = (*where, key)
        if where[:1] in {(name,) for name in DATASETS} and key == "weight":
            remedy = "put shares in a mixture file and train on what it builds"
            yield Fault(place, f"no share: Axolotl 0.19 drops it, later ones keep that part of the file; {remedy}")
            continue
        if key not in known:
            yield Fault(place, _advice(str(key), list(known)))
            continue
        inside = (schema.dataset,) if not where and key in DATASETS else tuple(models_in(known[key].annotation))
        if inside:
            yield from _inside(inner, inside, schema, place)


def _inside(
    inner: object, models: tuple[type[BaseModel], ...], schema: Schema, place: tuple[str | int, ...]
) -> Iterator[Fault]:
    if isinstance(inner, Mapping):
        yield from _unknown(inner, models, schema, place)
    elif isinstance(inner, list):
        for number, item in enumerate(inner):
            if isinstance(item, Mapping):
                yield from _unknown(item, models, schema, (*place, number))


def _advice(key: str, known: list[str]) -> str:
    close = get_close_matches(key, known, n=1)
    return "unknown key, which Axolotl would drop without a word" + (f"; did you mean {close[0]!r}?" if close else "")


def _spellings(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        yield name, field
        for alias in (field.alias, field.validation_alias):
            for choice in getattr(alias, "choices", (alias,)):
                if isinstance(choice, str):
                    yield choice, field
