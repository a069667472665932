"""How much each source gives: from what a mixture asks and what its sources have to whole units of each."""

from bisect import bisect_left
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from medlong.errors import DataError
from medlong.mixing.apportion import webster
from medlong.mixing.spec import Mixture

HALF = Fraction(1, 2)
NOUNS = {"examples": "distinct rows", "tokens": "tokens", "trainable_tokens": "trainable tokens"}
"""What a source has, by the unit of the mixture."""


class Need(NamedTuple):
    """What one source is to give to one component."""

    component: str
    source: str
    quota: int
    """In the mixture's unit."""


class Asked(NamedTuple):
    """What a mixture asks of each component and source, in its unit."""

    shares: dict[str, Fraction]
    """Of each component; as typed, or with `take` as it came out."""

    quotas: dict[str, int]
    needs: tuple[Need, ...]
    """Every source once, in the order of the file."""

    total: int
    """Sum of the quotas."""

    requested: int
    """The total before it shrank."""


def quotas(path: Path, mixture: Mixture, have: Mapping[str, int]) -> Asked:
    """Return what each component and source of a mixture is to give.

    Args:
        path: Of the mixture, for messages.
        mixture: Says how much is asked, and what is done where a source has less.
        have: What one pass over each source gives, in the mixture's unit.

    Raises:
        DataError: If a source has too little and the mixture does not allow for it; all such sources are named.
    """
    if mixture.take is not None:
        shares, requested = _taken(path, mixture, mixture.take, have)
    else:
        shares, requested = mixture.asked()
    total = requested
    needs = _needs(mixture, shares, total, have)
    if mixture.shortage.shrink and _short(needs, have):
        _refuse(path, mixture, [need for need in needs if not have[need.source]], have)
        total = _largest(mixture, shares, total, have)
        needs = _needs(mixture, shares, total, have)
    _refuse(path, mixture, needs, have)
    return Asked(shares, webster(shares, total), tuple(needs), total, requested)


def _taken(
    path: Path, mixture: Mixture, take: Mapping[str, Fraction], have: Mapping[str, int]
) -> tuple[dict[str, Fraction], int]:
    """The shares and the total to which parts of what there is come out, each rounded half up."""
    found = {
        name: int(take[name] * sum(have[source] for source in component.sources) + HALF)
        for name, component in mixture.components.items()
    }
    total = sum(found.values())
    if not total:
        noun = NOUNS[mixture.unit]
        raise DataError(f"{path}: take comes out as no {noun} at all; take more, or add sources")
    return {name: Fraction(quota, total) for name, quota in found.items()}, total


def _needs(mixture: Mixture, shares: Mapping[str, Fraction], total: int, have: Mapping[str, int]) -> list[Need]:
    given = webster(shares, total)
    return [
        Need(name, source, quota)
        for name in mixture.components
        for source, quota in _divide(mixture, name, given[name], have).items()
    ]


def _divide(mixture: Mixture, component: str, quota: int, have: Mapping[str, int]) -> dict[str, int]:
    """What each source gives of a component's quota; a larger quota takes nothing away from any."""
    sources, within = mixture.components[component].sources, mixture.components[component].within
    weights: dict[str, Fraction | int] = dict.fromkeys(sources, 1)
    if isinstance(within, dict):
        weights = {source: within[source] for source in sources}
    elif within == "proportional" and any(have[source] for source in sources):
        weights = {source: have[source] for source in sources}
    return webster(weights, quota)


def _short(needs: list[Need], have: Mapping[str, int], most: int = 1) -> list[Need]:
    """Those that need more than `most` passes."""
    return [need for need in needs if need.quota > most * have[need.source]]


def _largest(mixture: Mixture, shares: Mapping[str, Fraction], requested: int, have: Mapping[str, int]) -> int:
    """The largest total up to `requested` that repeats nothing; Webster's method is monotone, so halving finds it."""

    def short(total: int) -> bool:
        return bool(_short(_needs(mixture, shares, total, have), have))

    return bisect_left(range(requested + 1), True, key=short) - 1


def _refuse(path: Path, mixture: Mixture, needs: list[Need], have: Mapping[str, int]) -> None:
    """Name every need that cannot be met.

    Raises:
        DataError: If there is one.
    """
    short = [_shortage(need, have[need.source], mixture) for need in _short(needs, have, mixture.shortage.repeat_up_to)]
    if short:
        what = "rows" if mixture.unit == "examples" else NOUNS[mixture.unit]
        raise DataError(f"{path}: too few {what}\n  " + "\n  ".join(short))


def _shortage(need: Need, have: int, mixture: Mixture) -> str:
    most = mixture.shortage.repeat_up_to
    repeated = f" (each used up to {most} times)" if most > 1 else ""
    remedy = f"{'lower the total' if mixture.take is None else 'take less'} or add sources"
    if have:
        times = f"{{repeat_up_to: {-(-need.quota // have)}}}"
        remedy += f", or allow a smaller total: shortage: shrink, or repetition: shortage: {times}"
    return (
        f"component {need.component!r}, source {need.source!r}: "
        f"have {have:,} {NOUNS[mixture.unit]}{repeated}, need {need.quota:,}; {remedy}"
    )
