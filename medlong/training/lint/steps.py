"""The arithmetic of batches: how many steps a training takes, and what falls outside of them."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from medlong.training.data import Fault
from medlong.training.fit import whole


def faults(recipe: Mapping[str, Any], rows: int | None, gpus: int) -> Iterator[Fault]:
    """Yield the batch, the steps that follow from `rows` examples on `gpus` processes, and keys that miss them.

    With packing a sequence holds several rows, so the steps without packing are the most there can be.
    """
    micro, accumulation = whole(recipe, "micro_batch_size", 1), whole(recipe, "gradient_accumulation_steps", 1)
    batch = micro * accumulation * max(gpus // whole(recipe, "context_parallel_size", 1), 1)
    packed = recipe.get("sample_packing") is True
    what = "packed sequences" if packed else "rows"
    made = f"{micro} x {accumulation} accumulated x {gpus} process{'es' if gpus > 1 else ''}"
    cap = whole(recipe, "max_steps", 0)
    text = f"a step takes {batch} {what} ({made})"
    if rows is None:
        yield Fault(("micro_batch_size",), text, "note")
        return
    per_epoch = max(math.ceil(rows / batch), 1)
    epochs = _number(recipe.get("num_epochs")) or 1.0
    most = math.ceil(per_epoch * epochs)
    last = min(cap, most) if cap and not packed else cap or most
    up_to = "up to " if packed else ""
    text += f"; {rows:,} rows are {up_to}{per_epoch:,} steps an epoch, {up_to if not cap else ''}{last:,} in all"
    yield Fault(("micro_batch_size",), text, "note")
    if cap and not packed and cap < per_epoch:
        seen = cap * batch
        message = f"{cap} ends after {seen:,} of {rows:,} rows, drawn by chance: shares are only near the mixture's"
        yield Fault(("max_steps",), message, "warning")
    if not cap and batch > rows:
        message = f"a step takes {batch} rows and the mixture has {rows:,}: this is one step; make the mixture larger"
        yield Fault(("gradient_accumulation_steps",), message, "note")
    yield from _outside(recipe, last, packed and not cap)


def _outside(recipe: Mapping[str, Any], last: int, at_most: bool) -> Iterator[Fault]:
    """Keys that count steps beyond the last one."""
    steps = f"at most {last:,}" if at_most else f"{last:,}"
    warmup = whole(recipe, "warmup_steps", 0)
    if warmup >= last > 1:
        message = (
            f"{warmup} steps of warm-up in a training of {steps}: the rate never reaches learning_rate; write fewer"
        )
        yield Fault(("warmup_steps",), message, "warning")
    for key, what in (("save_steps", "checkpoint"), ("eval_steps", "evaluation")):
        every = whole(recipe, key, 0)
        if every > last:
            yield Fault(
                (key,), f"{every} in a training of {steps} steps: there is never a {what}; write fewer", "warning"
            )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
