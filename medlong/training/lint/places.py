"""Files and folders a recipe names, and what it should not hold at all."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from medlong.training.data import Fault

SECRET = re.compile(r"^(hf_[A-Za-z0-9]{20,}|sk-[A-Za-z0-9_-]{20,}|gh[pousr]_[A-Za-z0-9]{20,}|[0-9a-f]{40})$")
SECRET_KEYS = re.compile(r"(^|_)(token|api_key|key|secret|password)$", re.IGNORECASE)
NOT_SECRET = re.compile(r"revision|sha|commit|special|pad|bos|eos|unk|path|name|chat", re.IGNORECASE)


def faults(recipe: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield secrets, code from elsewhere, outputs over inputs, files that are not there and models that can change."""
    yield from _secrets(recipe, ())
    if recipe.get("trust_remote_code"):
        message = "runs code that comes with the model; leave it out unless you have read that code"
        yield Fault(("trust_remote_code",), message, "warning")
    base, out = recipe.get("base_model"), recipe.get("output_dir")
    if isinstance(base, str) and isinstance(out, str) and _inside(Path(out), Path(base)):
        yield Fault(
            ("output_dir",), f"{out} is the base model's folder, or in it: training would write over it; name another"
        )
    for key in ("deepspeed", "fsdp_config", "chat_template_jinja"):
        yield from _absent(recipe, key)
    if isinstance(base, str) and base and _on_a_hub(base) and not recipe.get("revision_of_model"):
        message = f"{base} without revision_of_model is whatever the hub has that day; write its commit, 40 digits"
        yield Fault(("base_model",), message, "warning")


def _secrets(value: object, where: tuple[str | int, ...]) -> Iterator[Fault]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _secrets(inner, (*where, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _secrets(inner, (*where, number))
    elif isinstance(value, str) and where:
        key = str(where[-1])
        if NOT_SECRET.search(key):
            return
        if SECRET.match(value) or (SECRET_KEYS.search(key) and len(value) >= 20 and " " not in value):
            message = "looks like a secret, which recipes and checkpoints are shared with; set it in the environment"
            yield Fault(where, message)


def _absent(recipe: Mapping[str, Any], key: str) -> Iterator[Fault]:
    """A configuration that is a file, and is not there."""
    value = recipe.get(key)
    is_file = isinstance(value, str) and value.endswith((".json", ".jinja", ".yaml", ".yml")) and "\n" not in value
    if is_file and not Path(str(value)).is_file():
        remedy = "; Axolotl writes its own there: axolotl fetch deepspeed_configs" if key == "deepspeed" else ""
        severity: Any = "warning" if key == "deepspeed" and str(value).startswith("deepspeed_configs/") else "error"
        yield Fault((key,), f"no such file: {value}{remedy}", severity)


def _inside(place: Path, folder: Path) -> bool:
    return place.resolve().is_relative_to(folder.resolve()) if folder.is_dir() else place == folder


def _on_a_hub(name: str) -> bool:
    return name.count("/") == 1 and not Path(name).exists() and not name.startswith((".", "/", "~", "models/", "runs/"))
