"""Keys that need hardware, packages or other keys, and the memory that a training takes."""

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any

from medlong.training import memory, shared
from medlong.training.data import Fault
from medlong.training.fit import DEFAULT_LENGTH, whole

LONG = 8192
"""Tokens from which a training without gradient checkpointing is a mistake on most cards."""

NEEDS_GPU = {
    "bf16": "32-bit numbers are what a CPU trains with here",
    "fp16": "32-bit numbers are what a CPU trains with here",
    "tf32": "write false",
    "load_in_4bit": "bitsandbytes quantizes on a GPU",
    "load_in_8bit": "bitsandbytes quantizes on a GPU",
}
FLASH = ("flash_attention", "flash_attention_2", "flash_attention_3")
KERNELS = ("lora_mlp_kernel", "lora_qkv_kernel", "lora_o_kernel")


def faults(recipe: Mapping[str, Any], gpus: int, card: float | None, has_gpu: bool) -> Iterator[Fault]:
    """Yield what the recipe's keys need and this machine or recipe lacks, and the memory it is expected to take.

    Args:
        recipe: The recipe.
        gpus: How many GPUs train.
        card: GiB of each; None where the reader did not say.
        has_gpu: Whether this machine has an accelerator.
    """
    yield from _combinations(recipe)
    yield from _memory(recipe, gpus, card)
    if not has_gpu:
        yield from _cpu(recipe)


def uses_flash(recipe: Mapping[str, Any]) -> bool:
    """Return whether attention is flash attention."""
    return recipe.get("attn_implementation") in FLASH or any(recipe.get(key) is True for key in FLASH)


def _combinations(recipe: Mapping[str, Any]) -> Iterator[Fault]:
    if recipe.get("deepspeed") and recipe.get("fsdp_config"):
        yield Fault(("deepspeed",), "two ways to share a model, this and fsdp_config; keep one")
    quantized = next((key for key in ("load_in_4bit", "load_in_8bit") if recipe.get(key) is True), None)
    if quantized and not recipe.get("adapter"):
        yield Fault((quantized,), "all weights are to be trained, and quantized ones cannot be; add adapter: qlora")
    if recipe.get("adapter") == "qlora" and not quantized:
        yield Fault(("adapter",), "qlora without load_in_4bit: true; add it, or write lora", "warning")
    if whole(recipe, "context_parallel_size", 1) > 1 and not uses_flash(recipe):
        remedy = "write attn_implementation: flash_attention_2, and install ring-flash-attn"
        yield Fault(("context_parallel_size",), f"shares a sequence by flash attention alone; {remedy}")
    packed, length = recipe.get("sample_packing") is True, whole(recipe, "sequence_len", DEFAULT_LENGTH)
    if packed and recipe.get("group_by_length") is True:
        yield Fault(("group_by_length",), "has no meaning with sample_packing; take one of the two away", "warning")
    if recipe.get("group_by_length") is True:
        yield Fault(("group_by_length",), "batches are of one length, so of one kind of row; write false", "warning")
    if packed and recipe.get("eval_sample_packing") is None and recipe.get("test_datasets"):
        message = "not set: follows sample_packing, and a small test set then gives no batch; write false"
        yield Fault(("eval_sample_packing",), message, "warning")
    if length >= LONG and not recipe.get("gradient_checkpointing"):
        message = f"off with sequences of {length:,}: all layers' activations are kept; write true"
        yield Fault(("gradient_checkpointing",), message, "warning")


def _memory(recipe: Mapping[str, Any], gpus: int, card: float | None) -> Iterator[Fault]:
    base = recipe.get("base_model")
    facts = shared.facts(base) if isinstance(base, str) else None
    if facts is None:
        return
    need = memory.estimate(recipe, facts, gpus).total
    text = f"about {need:.1f} GiB on each of {gpus} GPU{'s' if gpus > 1 else ''}, by arithmetic"
    if card is not None and need > card:
        remedy = "a smaller micro_batch_size or sequence_len, an adapter, or more GPUs that share the model"
        yield Fault(("base_model",), f"{text}, and --gpu-memory is {card:g}; {remedy}")
    else:
        yield Fault(("base_model",), text, "note")


def _cpu(recipe: Mapping[str, Any]) -> Iterator[Fault]:
    """What would stop a training here, where there is no GPU; elsewhere it is right."""
    found = [key for key in NEEDS_GPU if recipe.get(key) is True]
    found += [key for key in KERNELS if recipe.get(key) is True]
    if uses_flash(recipe):
        found.append("attn_implementation")
    if "8bit" in str(recipe.get("optimizer")):
        found.append("optimizer")
    for key in found:
        reason = NEEDS_GPU.get(key, "it runs on a GPU alone")
        yield Fault((key,), f"needs a GPU, and this machine has none: {reason}", "note")
    if recipe.get("adapter") == "lora" and not found:
        for key in KERNELS:
            if recipe.get(key) is None:
                yield Fault((key,), "not set: Axolotl switches it on, and it needs a GPU; write false here", "note")
    if uses_flash(recipe) and find_spec("flash_attn") is None:
        yield Fault(("attn_implementation",), "flash-attn is not installed here: pip install 'medlong[gpu]'", "note")
