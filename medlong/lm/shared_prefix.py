"""`--model medlong-hf`: lm_eval's HFLM that reads each shared prefix once.

Same arguments and same results as `--model hf`. On the open-book exam a book is read once
for all its questions, and a question once for all its options.
"""

import logging
from array import array
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch
import torch.nn.functional as functional
from lm_eval.api.instance import Instance
from lm_eval.api.registry import register_model
from lm_eval.models.huggingface import HFLM
from lm_eval.models.utils import handle_stop_sequences, normalize_gen_kwargs, postprocess_generated_text
from tqdm import tqdm
from transformers import DynamicCache

from medlong.errors import ConfigError
from medlong.hashing import digest
from medlong.lm.prefix_tree import PACK, Ending, PrefixTree, Step

log = logging.getLogger("medlong")

Request = tuple[Any, Sequence[int], Sequence[int]]
"""lm_eval's tokenised request: its strings, the context's ids, the continuation's ids."""

MASKED_ATTENTION = ("sdpa", "eager")
"""Attention implementations that take a mask of ours; the others read branch by branch."""

MODEL_TYPES = ("gemma", "llama", "mistral", "qwen2", "qwen3")
"""Models whose log-probabilities were compared with stock `hf`; others are read in full."""

FIXED_ROPE = ("default", "linear", "llama3", "yarn")
"""Rotary embeddings that do not change with the length read so far, so that a cached part stays right."""

GREEDY_KEYS = {"do_sample", "temperature"}
"""Generation arguments, beside stop texts and length, with which decoding is still plain greedy."""

CACHE_KEY = "medlong: model"
"""Where a cache of answers says whose they are."""

SAMPLE = 64
"""Values of each weight that tell one model from another."""

HARMLESS = {
    "_from_model_config", "bos_token_id", "cache_implementation", "do_sample", "eos_token_id", "max_length",
    "max_new_tokens", "output_attentions", "output_hidden_states", "pad_token_id", "temperature", "top_k", "top_p",
    "transformers_version", "use_cache",
}  # fmt: skip
"""Settings of a generation config that leave greedy decoding as it is."""


@register_model("medlong-hf")
class SharedPrefixLM(HFLM):  # type: ignore[misc]
    """HFLM whose requests are answered from one branching KV cache, in prefix order.

    Launched in several processes (`accelerate launch`, torchrun) it shares the documents out among them on any
    device and over machines; `hf` does so on the GPUs of one machine alone.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        launched = getattr(self, "accelerator", None)
        if launched is not None and launched.num_processes > 1 and not kwargs.get("tp_plan"):
            self._rank, self._world_size = launched.process_index, launched.num_processes
        self._ids = lru_cache(maxsize=2)(self._encode)

    def _encode_pair(self, context: str, continuation: str) -> tuple[Sequence[int], Sequence[int]]:
        """Return the ids of `HFLM._encode_pair`; those of one context are made and kept once for all its options."""
        if not self._can_branch():
            return tuple(super()._encode_pair(context, continuation))
        own = self._ids(context.rstrip())  # spaces at its end belong to the continuation
        return own, self._encode(context + continuation)[len(own) :]

    def _encode(self, text: str) -> "array[int]":
        """Return the ids of a text in a ninth of the memory of a list of integers."""
        return array("i", self.tok_encode(text))

    def _loglikelihood_tokens(
        self, requests: list[Request], disable_tqdm: bool = False, override_bs: int | None = None
    ) -> list[tuple[float, bool]]:
        """Return (log-likelihood, greedy) of each request, in order; see `HFLM._loglikelihood_tokens`.

        An over-long request loses tokens on the left exactly as with `hf`.
        """
        if not requests or not self._can_branch():
            return list(super()._loglikelihood_tokens(requests, disable_tqdm, override_bs))
        rows = [_row(context, continuation, self.max_length) for _, context, continuation in requests]
        first = [len(row) + 1 - len(request[2]) for row, request in zip(rows, requests, strict=True)]
        answers: list[tuple[float, bool]] = [(0.0, False)] * len(requests)
        with self._progress(len(requests), disable_tqdm, "Reading shared prefixes, scoring options") as bar:

            def visit(endings: Sequence[Ending]) -> None:
                for index, after, _ in endings:
                    answers[index] = _score(requests[index][2], first[index], after)
                    if requests[index][0] is not None:
                        self.cache_hook.add_partial("loglikelihood", requests[index][0], answers[index])
                    bar.update()

            self._tree = self._new_tree()
            self._tree.walk(rows, [start - 1 for start in first], visit)
        self._tell(rows)
        return answers

    def set_cache_hook(self, cache_hook: Any) -> None:
        """Take the answers of `--use_cache`.

        Raises:
            ConfigError: If they are another model's; lm_eval's own key would hand them out all the same.
        """
        super().set_cache_hook(cache_hook)
        if cache_hook.dbdict is None:
            return
        own = fingerprint(self.model, self.max_length)
        held = cache_hook.dbdict.get(CACHE_KEY, None if len(cache_hook.dbdict) else own)
        if held != own:
            whose = "of another model" if held else "and does not say of which model"
            raise ConfigError(
                f"--use_cache: {cache_hook.dbdict.filename} holds answers {whose}; name another file, or delete it"
            )
        cache_hook.dbdict[CACHE_KEY] = own

    def generate_until(self, requests: list[Instance], disable_tqdm: bool = False) -> list[str]:
        """Return the greedy completion of each request, in order; anything but greedy goes to `hf`'s own code."""
        if not requests or not self._can_branch() or not self._decodes_greedily(requests):
            return list(super().generate_until(requests, disable_tqdm))
        last = _end_tokens(self.model.generation_config)
        eos = self.tok_decode(self.eot_token_id, skip_special_tokens=False)
        plans = [self._plan(request, eos) for request in requests]
        rows = [ids for ids, _, _ in plans]
        answers = [""] * len(requests)
        with self._progress(len(requests), disable_tqdm, "Reading shared prefixes, generating") as bar:

            def ends(index: int, new: Sequence[int]) -> bool:
                _, until, most = plans[index]
                return len(new) >= most or new[-1] in last or self._stops(new, until)

            def finish(index: int, new: Sequence[int]) -> None:
                answers[index] = self._text(new, plans[index][1])
                self.cache_hook.add_partial("generate_until", requests[index].args, answers[index])
                bar.update()

            self._tree = self._new_tree()
            self._tree.generate(rows, ends, finish)
        self._tell(rows)
        return answers

    def _decodes_greedily(self, requests: Sequence[Instance]) -> bool:
        """Say whether every request wants the likeliest token each time; if not, warn that `hf`'s code takes over."""
        changes = _processors(self.model.generation_config)
        for request in requests:
            changes |= _not_greedy(request.args[1])
        if changes:
            named = ", ".join(sorted(changes))
            log.warning(
                "medlong-hf: %s is not plain greedy decoding; reading prompts in full, as --model hf does", named
            )
        return not changes

    def _new_tree(self) -> PrefixTree:
        takes_mask = self.model.config._attn_implementation in MASKED_ATTENTION
        return PrefixTree(self._forward, self.device, pack=PACK if takes_mask else 0)

    def _tell(self, rows: Sequence[Sequence[int]]) -> None:
        log.info(
            "medlong-hf: %d tokens computed for %d requests of %d tokens",
            self._tree.tokens_read, len(rows), sum(map(len, rows)),
        )  # fmt: skip

    def _forward(self, step: Step, cache: Any) -> torch.Tensor:
        """Extend the cache by a step and return log-probabilities after the tokens it keeps."""
        keep = step.keep if len(step.keep) else torch.tensor([step.ids.shape[1] - 1], device=self.device)
        with (
            torch.no_grad(),
            torch.autocast(
                device_type=self.device.type,
                dtype=self.mixed_precision_dtype,
                enabled=self.mixed_precision_dtype is not None,
            ),
        ):
            logits = self.model(
                step.ids,
                attention_mask=self._mask(step),
                position_ids=step.positions,
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=keep,
            ).logits[0]
        return functional.log_softmax(logits[: len(step.keep)], dim=-1, dtype=self.softmax_dtype)

    def _mask(self, step: Step) -> torch.Tensor | None:
        """Return the step's mask as the model's attention takes it: additive for eager, else boolean."""
        if step.mask is None or self.model.config._attn_implementation != "eager":
            return step.mask
        low = torch.finfo(self.model.dtype).min
        return torch.zeros(step.mask.shape, dtype=self.model.dtype, device=self.device).masked_fill(~step.mask, low)

    def _plan(self, request: Instance, eos: str) -> tuple["array[int]", list[str], int]:
        """Return a generation request's token ids, stop texts, and most new tokens."""
        context, gen_kwargs = request.args
        kwargs = normalize_gen_kwargs(gen_kwargs, self.max_gen_toks)
        until = handle_stop_sequences(kwargs.pop("until", None), eos=eos)
        most = int(kwargs.pop("max_gen_toks"))
        if most >= self.max_length:
            raise ConfigError(
                f"max_gen_toks is {most}, but the model's window is {self.max_length} tokens; ask for a shorter answer"
            )
        ids, _ = self.tok_batch_encode([context], left_truncate_len=self.max_length - most, truncation=self.truncation)
        return array("i", ids[0].tolist()), until, most

    def _stops(self, new: Sequence[int], until: Sequence[str]) -> bool:
        """Say whether the last of the new tokens complete a stop text; a token holds at least a quarter character."""
        tail = 4 * max((len(text) for text in until), default=0)
        text = self.tokenizer.decode(new[-tail:]) if tail else ""
        return any(stop and stop in text for stop in until)

    def _text(self, new: Sequence[int], until: list[str]) -> str:
        """Return new tokens as text without thoughts and without what follows a stop text, as `hf` does."""
        kept = list(new)
        if isinstance(self.think_end_token, int) and self.think_end_token in kept:
            kept = kept[len(kept) - kept[::-1].index(self.think_end_token) :]
            return str(postprocess_generated_text(self.tok_decode(kept).lstrip(), until, None))
        marker = self.think_end_token if isinstance(self.think_end_token, str) else None
        return str(postprocess_generated_text(self.tok_decode(kept), until, marker))

    def _can_branch(self) -> bool:
        """Say whether the model's cache can be cropped back to any earlier token; if not, warn once."""
        if not hasattr(self, "_branches"):
            reason = _unbranchable(self)
            self._branches = reason is None
            if reason:
                log.warning("medlong-hf: %s; reading every prompt in full, as --model hf does", reason)
        return self._branches

    def _progress(self, total: int, disable: bool, what: str) -> "tqdm[Any]":
        return tqdm(total=total, disable=disable or self.rank != 0, desc=what)


def _row(context: Sequence[int], continuation: Sequence[int], window: int) -> "array[int]":
    """Return what is read of a request: all but its last token, the last `window` of them."""
    return array("i", [*context[-window - 1 :], *continuation])[-window - 1 : -1]


def _score(ids: Sequence[int], first: int, after: dict[int, torch.Tensor]) -> tuple[float, bool]:
    """Return the summed log-probability of `ids` at `first` and whether each is the likeliest token."""
    rows = torch.stack([after[position - 1] for position in range(first, first + len(ids))])
    wanted = torch.tensor(list(ids), device=rows.device)
    chosen = rows.gather(1, wanted.unsqueeze(1)).squeeze(1)
    return float(chosen.sum()), bool((rows.argmax(dim=1) == wanted).all())


def _not_greedy(gen_kwargs: dict[str, Any]) -> set[str]:
    """Return the arguments of a generation request that plain greedy decoding does not obey."""
    kwargs = normalize_gen_kwargs(gen_kwargs, 1)
    rest = set(kwargs) - {"until", "max_gen_toks"} - GREEDY_KEYS
    return rest | {key for key in GREEDY_KEYS if kwargs.get(key)}


def fingerprint(model: torch.nn.Module, max_length: int) -> str:
    """Return a hash of what decides a model's answers: names, shapes, types, a sample of every weight, the window."""
    facts: list[object] = [max_length]
    for name, weight in model.named_parameters():
        flat = weight.detach().flatten()
        sample = [] if weight.is_meta else flat[:: max(1, len(flat) // SAMPLE)].double().tolist()
        facts.append([name, list(weight.shape), str(weight.dtype), sample])
    return digest(facts)


def _processors(config: Any) -> set[str]:
    """Return the settings of a generation config that change what greedy decoding picks."""
    return set(config.to_diff_dict()) - HARMLESS


def _end_tokens(config: Any) -> set[int]:
    ends = config.eos_token_id
    return set(ends) if isinstance(ends, list) else {ends}


def _unbranchable(lm: HFLM) -> str | None:
    """Return why a model's cache cannot be branched, or None."""
    if lm.backend != "causal":
        return f"a {lm.backend} model has no cache to share"
    if any(getattr(adapter, "is_prompt_learning", False) for adapter in getattr(lm.model, "peft_config", {}).values()):
        return "prompt and prefix tuning put tokens of their own into the cache"
    config = lm.config.get_text_config() if hasattr(lm.config, "get_text_config") else lm.config
    if config.model_type not in MODEL_TYPES:
        return f"{config.model_type} is not one of the checked model types ({', '.join(MODEL_TYPES)})"
    if any(getattr(layer, "is_sliding", False) for layer in DynamicCache(config=config).layers):
        return f"{config.model_type} has sliding-window layers, whose cache forgets"
    rope = (getattr(config, "rope_parameters", None) or {}).get("rope_type", "default")
    if rope not in FIXED_ROPE:
        return f"rotary embeddings of type {rope} change with the length read"
    return None
