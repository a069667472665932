"""Whether the positions of a sequence are positions that the model knows."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from medlong.training import shared
from medlong.training.data import Fault
from medlong.training.fit import DEFAULT_LENGTH, whole

STRETCHES = ("rope_parameters", "rope_scaling", "max_position_embeddings")


def faults(recipe: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield a `sequence_len` past the model's own window that nothing stretches, and a stretch that nothing needs."""
    found = window(recipe.get("base_model"))
    length = whole(recipe, "sequence_len", DEFAULT_LENGTH)
    overrides = recipe.get("overrides_of_model_config")
    given = overrides if isinstance(overrides, Mapping) else {}
    stretched = [key for key in STRETCHES if given.get(key)] + [key for key in ("rope_scaling",) if recipe.get(key)]
    if found is None:
        return
    if length > found and not stretched:
        remedy = (
            "write a shorter one, or stretch its positions in overrides_of_model_config (recipes/qwen3 at 64k does)"
        )
        yield Fault(("sequence_len",), f"{length:,} is past the model's window of {found:,}; {remedy}")
        return
    factor = _factor(given)
    if factor and length > found * factor:
        message = (
            f"stretches {found:,} positions to {int(found * factor):,}, and sequence_len is {length:,}; raise factor"
        )
        yield Fault(("overrides_of_model_config",), message)
    if factor and factor > 1 and length <= found:
        message = (
            f"stretches positions by {factor:g}, which {length:,} of {found:,} do not need; short texts get worse by it"
        )
        yield Fault(("overrides_of_model_config",), message, "warning")


def window(base_model: object) -> int | None:
    """Return the most positions a model was made for: of a folder by its config.json, of a known name on the hub."""
    if not isinstance(base_model, str):
        return None
    known = next((model for model in shared.parts().models.values() if model.hub == base_model), None)
    if known is not None:
        return known.window
    try:
        config = json.loads((Path(base_model) / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    inner = config.get("text_config") if isinstance(config, dict) else None
    places = [place for place in (config, inner) if isinstance(place, dict)]
    found = next((place["max_position_embeddings"] for place in places if "max_position_embeddings" in place), None)
    return found if isinstance(found, int) and found > 0 else None


def _factor(overrides: Mapping[str, Any]) -> float | None:
    for key in ("rope_parameters", "rope_scaling"):
        scaling = overrides.get(key)
        factor = scaling.get("factor") if isinstance(scaling, Mapping) else None
        if isinstance(factor, int | float) and not isinstance(factor, bool):
            return float(factor)
    return None
