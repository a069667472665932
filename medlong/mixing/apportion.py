"""Whole numbers from exact shares: Webster's method."""

from collections.abc import Mapping
from fractions import Fraction


def webster(weights: Mapping[str, Fraction | int], total: int) -> dict[str, int]:
    """Return how many of `total` each name gets, by the method of Webster and Sainte-Lague.

    The next unit goes to the name with the smallest (2 n + 1) / weight, n being what it has, so a larger
    total never takes a unit away (house-monotone), and shares that come out whole are met exactly.
    Ties go to the name that sorts first. See Balinski and Young, Fair Representation (1982), chapters 4
    and 8. Only the last few units are dealt one by one: at the divisor that belongs to
    `total` - names / 2, rounding can never have given out more than `total`.

    Args:
        weights: Not negative; their sum need not be 1. A name of weight 0 gets nothing.
        total: Units to give out.

    Raises:
        ValueError: If `total` or a weight is negative, or all weights are 0 while `total` is not.
    """
    if total < 0 or any(weight < 0 for weight in weights.values()):
        raise ValueError("weights and total must not be negative")
    given = dict.fromkeys(weights, 0)
    if total == 0:
        return given
    whole = sum((Fraction(weight) for weight in weights.values()), Fraction(0))
    if whole == 0:
        raise ValueError("all weights are 0")
    shares = {name: Fraction(weight) / whole for name, weight in sorted(weights.items()) if weight}
    start = Fraction(2 * total - len(shares), 2)
    for name, share in shares.items():
        given[name] = max(0, int(share * start + Fraction(1, 2))) if start > 0 else 0
    for _ in range(total - sum(given.values())):
        given[min(shares, key=lambda name: Fraction(2 * given[name] + 1) / shares[name])] += 1
    return given
