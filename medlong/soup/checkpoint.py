"""A model's tensors in safetensors files, looked at without loading them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from medlong.config import read_text
from medlong.errors import ConfigError

INDEX = "model.safetensors.index.json"
SINGLE = "model.safetensors"
TOKENIZER = (
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
    "chat_template.json",
)
SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
"""Bytes of a number, by the name safetensors has for its kind; others are those of quantised models."""


class Tensor(NamedTuple):
    """Where a tensor lies, and what it is."""

    file: Path
    dtype: str
    shape: tuple[int, ...]

    @property
    def bytes(self) -> int:
        """Its size."""
        count = SIZES[self.dtype]
        for side in self.shape:
            count *= side
        return count


class Checkpoint(NamedTuple):
    """One model."""

    folder: Path
    config: Mapping[str, Any]
    tensors: Mapping[str, Tensor]


def checkpoint(folder: Path) -> Checkpoint:
    """Return the model in `folder`.

    Raises:
        ConfigError: If there is none in safetensors, or it is an adapter or quantised.
    """
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder; a soup is made of models on disk")
    if (folder / "adapter_config.json").is_file() and not _files(folder):
        raise ConfigError(f"{folder}: has an adapter alone; merge it first: axolotl merge-lora RECIPE")
    if not (folder / "config.json").is_file():
        raise ConfigError(f"{folder}: has no config.json, so it is no model")
    config = _json(folder / "config.json")
    if config.get("quantization_config"):
        raise ConfigError(f"{folder}: is quantised; a soup needs the weights it was made from")
    tensors = {name: tensor for file in _files(folder) for name, tensor in _header(file).items()}
    if not tensors:
        hint = "; load it with transformers and save it again" if list(folder.glob("*.bin")) else ""
        raise ConfigError(f"{folder}: has no .safetensors{hint}")
    strange = sorted({tensor.dtype for tensor in tensors.values()} - SIZES.keys())
    if strange:
        raise ConfigError(f"{folder}: has numbers of kind {', '.join(strange)}, which are not averaged")
    return Checkpoint(folder, config, tensors)


def _files(folder: Path) -> list[Path]:
    if (folder / INDEX).is_file():
        return [folder / name for name in sorted(set(_json(folder / INDEX)["weight_map"].values()))]
    return [folder / SINGLE] if (folder / SINGLE).is_file() else sorted(folder.glob("model-*.safetensors"))


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path}: line {error.lineno}: not JSON: {error.msg}") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: expected an object, got {type(content).__name__}")
    return content


def _header(path: Path) -> dict[str, Tensor]:
    """The tensors of a file: 8 bytes of length and JSON begin it (https://huggingface.co/docs/safetensors)."""
    try:
        with path.open("rb") as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
            room = path.stat().st_size - file.tell()
    except (OSError, ValueError, MemoryError, OverflowError) as error:
        raise ConfigError(f"{path}: no safetensors file: {error}") from None
    header.pop("__metadata__", None)
    if any(each["data_offsets"][1] > room for each in header.values()):
        raise ConfigError(f"{path}: is cut off")
    return {name: Tensor(path, each["dtype"], tuple(each["shape"])) for name, each in header.items()}


def differences(base: Checkpoint, other: Checkpoint) -> list[str]:
    """Return why two models cannot be averaged, each reason in one line; nothing if they can."""
    found = [
        f"{name}: {_shape(base, name)} in {base.folder}, {_shape(other, name)} in {other.folder}"
        for name in sorted(base.tensors.keys() | other.tensors.keys())
        if _shape(base, name) != _shape(other, name)
    ]
    kinds = [model.config.get("model_type") for model in (base, other)]
    if kinds[0] != kinds[1]:
        found.insert(0, f"model_type: {kinds[0]!r} in {base.folder}, {kinds[1]!r} in {other.folder}")
    return found


def _shape(model: Checkpoint, name: str) -> str:
    return "x".join(map(str, model.tensors[name].shape)) or "a number" if name in model.tensors else "missing"


def same_words(models: Sequence[Checkpoint]) -> bool:
    """Return whether the tokenizers give every text the same numbers, as far as their files say."""
    return len({json.dumps(_words(model.folder), sort_keys=True) for model in models}) == 1


def _words(folder: Path) -> object:
    path = folder / "tokenizer.json"
    if not path.is_file():
        return None
    content = _json(path)
    added = content.get("added_tokens") or []
    return [content.get("model"), sorted((each.get("id"), each.get("content")) for each in added)]
