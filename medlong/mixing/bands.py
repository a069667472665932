"""Bands of row lengths, in which a mixture is told about: what is long to a model is not told by a mean."""

from bisect import bisect_left
from functools import cache
from itertools import pairwise

BOUNDS = {"tokens": (512, 2048, 8192, 32768), "characters": (2048, 8192, 32768, 131072)}
"""The longest row of each band but the last, by what lengths are counted in; four characters stand for a token."""


@cache
def labels(bounds: tuple[int, ...]) -> tuple[str, ...]:
    """Return the names of the bands between rising `bounds`, shortest first, such as "513 to 2048"."""
    between = [f"{low + 1} to {high}" for low, high in pairwise(bounds)]
    return f"up to {bounds[0]}", *between, f"over {bounds[-1]}"


def band(length: int, bounds: tuple[int, ...]) -> str:
    """Return the name of the band that a row of `length` is in; a bound is the longest of its band."""
    return labels(bounds)[bisect_left(bounds, length)]
