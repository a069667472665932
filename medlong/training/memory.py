"""How much memory of a GPU a recipe needs: an estimate from its keys and the model's shape, before a GPU is rented."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

GIB = 2**30

FOUR_BIT = 0.5 + 1 / 64 + 4 / (64 * 256)
"""Bytes of a weight in nf4 with double quantization: half a byte, one byte of scale for 64 weights, and four bytes
for 256 scales (Dettmers et al. 2023, arXiv 2305.14314, section 3)."""

OPTIMIZER_STATES = {
    "adamw_8bit": 2,
    "adamw_bnb_8bit": 2,
    "paged_adamw_8bit": 2,
    "adamw_torch_8bit": 2,
}
"""Bytes of optimizer state of a trained weight, where it is not two numbers of the weight's own type."""

RUNTIME = 1.5 * GIB
"""CUDA's context, cuBLAS and NCCL work spaces: an assumption, 1 to 2 GiB on current cards."""

SLACK = 0.1
"""Share of the rest that the allocator loses to fragments: an assumption."""


class ModelFacts(NamedTuple):
    """The shape of a dense decoder with gated MLPs; every number is in the model's config.json."""

    parameters: int
    layers: int
    hidden: int
    intermediate: int
    heads: int
    kv_heads: int
    head_dim: int
    vocab: int
    tied: bool
    """Whether the input and output embeddings are one matrix."""


class Memory(NamedTuple):
    """GiB on each GPU at the highest point of a training step."""

    weights: float
    gradients: float
    optimizer: float
    activations: float
    logits: float
    runtime: float
    """What is gathered of a sharded model at a time, CUDA's own, and 10 % for fragments."""

    total: float


def estimate(recipe: Mapping[str, Any], model: ModelFacts, gpus: int | None = None) -> Memory:
    """Return what `recipe` needs on each of its GPUs when it trains a model of this shape.

    All of it is arithmetic, none of it measured. N: parameters; T: tokens on a GPU, `micro_batch_size` x
    `sequence_len` / `context_parallel_size` (packing fills a sequence); S: GPUs that share one copy of the model,
    all of them with FSDP2 or ZeRO-3, else one.

    - weights: 2 N / S bytes in bf16 and 4 N / S in fp32; with `load_in_4bit` 0.516 for each weight of a linear layer
      and 2 for the embeddings; adapters 4 bytes, as PEFT keeps them in fp32.
    - gradients: as the trained weights. Optimizer: two numbers of the same type for each (AdamW), two bytes if 8-bit;
      ZeRO keeps a copy of the weights and both states in fp32, 12 bytes (Rajbhandari et al. 2020, arXiv 1910.02054,
      section 3.1).
    - activations with `gradient_checkpointing`: the input of each layer, 2 T x hidden x layers bytes, and one layer in
      full, made again in the backward pass (Chen et al. 2016, arXiv 1604.06174). Without it, all layers in full.
      A layer in full keeps 8 hidden + 5 (queries + keys) + 4 intermediate numbers of each token, counted from what
      transformers' Qwen3 layer saves for its backward pass with an attention that keeps no scores (Llama's saves less,
      as it has no norms of queries and keys), and 2 intermediate more are gradients in flight.
    - logits: 14 bytes x T x vocab: the bf16 logits, their fp32 copy, its log-softmax and their gradient. None with
      cut cross-entropy (Wijmans et al. 2024, arXiv 2411.09009); with Liger's fused loss a chunk of about hidden / vocab
      of them (Hsu et al. 2024, arXiv 2410.10989).
    - runtime: two gathered layers and the gathered embeddings of a sharded model, 1.5 GiB, and 10 % of all the rest.

    `gpus` is how many GPUs train; the product of the recipe's parallel sizes if left out. Axolotl's own keys and their
    defaults are taken as they are, so a recipe without `bf16` counts as fp32.
    """
    number = 2 if recipe.get("bf16") or recipe.get("fp16") else 4
    gpus = gpus if gpus is not None else processes(recipe)
    shards = _shards(recipe, gpus)
    trained = _trained(recipe, model)
    adapter = bool(recipe.get("adapter"))
    weights = (_base_weights(recipe, model, number) + (4 * trained if adapter else 0)) / shards
    gradients = (4 if adapter else number) * trained / shards
    optimizer = _state_bytes(recipe, 4 if adapter else number) * trained / shards
    tokens = _whole(recipe, "micro_batch_size") * _whole(recipe, "sequence_len", 512)
    tokens //= _whole(recipe, "context_parallel_size")
    activations = tokens * number * _kept(recipe, model)
    logits = tokens * _logits_share(recipe, model) * model.vocab * (number + 12)
    gathered = number * (2 * layer_parameters(model) + _embeddings(model)) if shards > 1 else 0
    rest = weights + gradients + optimizer + activations + logits + gathered
    parts = (weights, gradients, optimizer, activations, logits, gathered + RUNTIME + SLACK * rest)
    return Memory(*(part / GIB for part in (*parts, sum(parts))))


def processes(recipe: Mapping[str, Any]) -> int:
    """Return how many GPUs the recipe itself asks for; 1 where only its launcher says it."""
    sizes = ("dp_shard_size", "dp_replicate_size", "context_parallel_size", "tensor_parallel_size")
    product = 1
    for key in sizes:
        product *= _whole(recipe, key)
    return max(product, _whole(recipe, "ray_num_workers"))


def layer_parameters(model: ModelFacts) -> int:
    """Return the weights of one decoder layer's linear maps; its norms and biases are less than a thousandth."""
    return sum(rows * columns for rows, columns in _linears(model))


def _linears(model: ModelFacts) -> Iterator[tuple[int, int]]:
    queries, keys = model.heads * model.head_dim, model.kv_heads * model.head_dim
    yield from ((model.hidden, queries), (model.hidden, keys), (model.hidden, keys), (queries, model.hidden))
    yield from ((model.hidden, model.intermediate),) * 2
    yield (model.intermediate, model.hidden)


def _embeddings(model: ModelFacts) -> int:
    return model.vocab * model.hidden * (1 if model.tied else 2)


def _trained(recipe: Mapping[str, Any], model: ModelFacts) -> int:
    """All weights, or those of a LoRA adapter on every linear map of every layer."""
    if not recipe.get("adapter"):
        return model.parameters
    rank = _whole(recipe, "lora_r", 8)
    return model.layers * sum(rank * (rows + columns) for rows, columns in _linears(model))


def _base_weights(recipe: Mapping[str, Any], model: ModelFacts, number: int) -> float:
    if not recipe.get("load_in_4bit"):
        return number * model.parameters
    quantized = model.layers * layer_parameters(model)
    return FOUR_BIT * quantized + number * (model.parameters - quantized)


def _state_bytes(recipe: Mapping[str, Any], number: int) -> int:
    if recipe.get("deepspeed"):
        return 12
    return OPTIMIZER_STATES.get(str(recipe.get("optimizer")), 2 * number)


def _shards(recipe: Mapping[str, Any], gpus: int) -> int:
    """GPUs that share one copy: context parallel ranks too, since FSDP2 shards over both."""
    if recipe.get("fsdp_config"):
        return max(gpus // _whole(recipe, "dp_replicate_size"), 1)
    return gpus if _zero_stage(recipe.get("deepspeed")) == 3 else 1


def _zero_stage(deepspeed: object) -> int | None:
    """The stage of a DeepSpeed configuration in the recipe, or that the name of its file has."""
    if isinstance(deepspeed, Mapping):
        stage = (deepspeed.get("zero_optimization") or {}).get("stage")
        return stage if isinstance(stage, int) else None
    named = re.search(r"zero(\d)", str(deepspeed or ""))
    return int(named[1]) if named else None


def _kept(recipe: Mapping[str, Any], model: ModelFacts) -> int:
    """Numbers kept of each token for the backward pass, at its highest point."""
    queries, keys = model.heads * model.head_dim, model.kv_heads * model.head_dim
    full = 8 * model.hidden + 5 * (queries + keys) + 4 * model.intermediate
    layers = 1 if recipe.get("gradient_checkpointing") else model.layers
    inputs = model.layers * model.hidden if layers == 1 else 0
    return layers * full + inputs + 2 * model.intermediate


def _logits_share(recipe: Mapping[str, Any], model: ModelFacts) -> float:
    plugins = " ".join(str(name) for name in recipe.get("plugins") or [])
    if "cut_cross_entropy" in plugins and recipe.get("cut_cross_entropy") is not False:
        return 0.0
    return min(model.hidden / model.vocab, 1.0) if recipe.get("liger_fused_linear_cross_entropy") else 1.0


def _whole(recipe: Mapping[str, Any], key: str, default: int = 1) -> int:
    """The recipe's whole number at `key`; the default where it is absent or no number."""
    value = recipe.get(key)
    return value if isinstance(value, int) and value > 0 else default
