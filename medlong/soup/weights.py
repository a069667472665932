"""How much of each model goes into each tensor."""

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from medlong.errors import ConfigError

LAYER = re.compile(r"(?:^|\.)(?:layers|h|blocks)\.(\d+)\.")
ENDS = {"embed": ("embed_tokens", "wte", "embed_in"), "head": ("lm_head", "embed_out", "model.norm", "ln_f")}
"""What lies before and behind the layers, by a part of its tensors' names."""


class Span(NamedTuple):
    """Layers from `first` to `last`, or one of `ENDS`, that are mixed by a weight of their own."""

    first: int
    last: int
    end: str
    tuned: Fraction
    """Share of the tuned model; the base has the rest."""


class Recipe(NamedTuple):
    """The weights of a soup."""

    weights: tuple[Fraction, ...]
    """Of each model, where no span says otherwise."""

    spans: tuple[Span, ...] = ()

    def of(self, tensor: str) -> tuple[Fraction, ...]:
        """Return the weight of each model in a tensor of that name."""
        found = LAYER.search(tensor)
        layer = int(found[1]) if found else None
        for span in self.spans:
            if layer is not None and not span.end and span.first <= layer <= span.last:
                return 1 - span.tuned, span.tuned
            if layer is None and span.end and any(name in tensor for name in ENDS[span.end]):
                return 1 - span.tuned, span.tuned
        return self.weights


def number(text: str) -> Fraction:
    """Return a weight exactly as it was typed.

    Raises:
        ConfigError: If it is none.
    """
    try:
        return Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        raise ConfigError(f"a weight is a number such as 0.5 or 1/3, got {text.strip()!r}") from None


def recipe(models: int, weights: str | None, tuned: str | None, layers: str | None, any_sum: bool = False) -> Recipe:
    """Return the weights that were typed.

    Args:
        models: How many there are, the base included.
        weights: One for each model, by commas; equal ones if None.
        tuned: The weight of the second of two models.
        layers: Spans for two models, such as `0-11:0.2,12-23:0.8,embed:0,head:1`; the number is the tuned model's.
        any_sum: Allow weights that do not sum to 1, as task arithmetic has them (Ilharco et al. 2023,
            arXiv 2212.04089): base + 0.5 * (tuned - base) + 0.5 * (other - base) is 0, 0.5, 0.5.

    Raises:
        ConfigError: If they are no weights for that many models.
    """
    if tuned is not None or layers is not None:
        if models != 2 or weights is not None:
            raise ConfigError("--tuned and --layers are for a base and one tuned model, without --weights")
        share = number(tuned) if tuned is not None else Fraction(1, 2)
        return Recipe((1 - share, share), _spans(layers) if layers else ())
    found = tuple(map(number, weights.split(","))) if weights else (Fraction(1, models),) * models
    if len(found) != models:
        raise ConfigError(f"--weights has {len(found)} numbers for {models} models; give one for each, the base first")
    if sum(found) != 1 and not any_sum:
        raise ConfigError(f"--weights sum to {float(sum(found)):g}, not 1; if that is meant: --allow-any-sum")
    return Recipe(found)


def _spans(text: str) -> tuple[Span, ...]:
    found: list[Span] = []
    for part in text.split(","):
        where, colon, value = part.strip().partition(":")
        match = re.fullmatch(r"(\d+)(?:-(\d+))?", where)
        if not colon or (match is None and where not in ENDS):
            raise ConfigError(f"--layers: expected 0-11:0.2, 5:0.5, embed:0 or head:1, got {part.strip()!r}")
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (-1, -1)
        if last < first:
            raise ConfigError(f"--layers: {where!r} ends before it begins")
        span = Span(first, last, "" if match else where, number(value))
        if any(_overlap(span, other) for other in found):
            raise ConfigError(f"--layers: {where!r} is there twice")
        found.append(span)
    return tuple(found)


def _overlap(a: Span, b: Span) -> bool:
    return a.end == b.end and (bool(a.end) or (a.first <= b.last and b.first <= a.last))


def beyond(spans: Sequence[Span], layers: int) -> list[str]:
    """Return the spans that name a layer which a model of that many layers does not have."""
    return [f"{span.first}-{span.last}" for span in spans if not span.end and span.last >= layers]
