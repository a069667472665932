"""Paired tests by flipping signs, and Holm's correction of several of them."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

EXACT = 14
"""Up to this many clusters that differ at all, every pattern of signs is tried: at most 8,192 up to symmetry."""
DRAWS = 9_999
BLOCK = 64
ROUNDING = 1e-9


def sign_flip(differences: Sequence[float] | Floats, clusters: Sequence[str], seed: int = 0) -> float:
    """Return the two-sided p-value of a mean paired difference of 0, by flipping the signs of whole clusters.

    When the two models are alike, the sum of a cluster's differences is as likely above 0 as below. The p-value is
    the share of sign patterns whose total is at least as far from 0 as the one seen: of all patterns where few
    clusters differ, else of `DRAWS` random ones with the one seen counted in (Phipson and Smyth 2010, Stat. Appl.
    Genet. Mol. Biol. 9:39, so that it is never 0).

    Args:
        differences: One number a question.
        clusters: The cluster of each, in the same order.
        seed: Of the random patterns.

    Returns:
        The p-value; nan with fewer than two clusters. With G clusters it cannot be below 2 / 2**G.
    """
    x = np.asarray(differences, dtype=np.float64)
    names, index = np.unique(np.asarray(clusters, dtype=np.str_), return_inverse=True)
    if names.size < 2:
        return float("nan")
    sums = np.asarray(np.bincount(index, weights=x), dtype=np.float64)
    sums = sums[np.abs(sums) > ROUNDING]
    if sums.size == 0:
        return 1.0
    exact = sums.size <= EXACT
    totals = _all_signs(sums.size) @ sums if exact else _flipped_at_random(sums, seed)
    far = np.abs(totals) >= abs(sums.sum()) - ROUNDING
    return float(far.mean()) if exact else (int(far.sum()) + 1) / (DRAWS + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected by Holm's step-down method (1979), in the same order; nan stays nan, uncounted.

    Written out because scipy has no such function and that of statsmodels collects garbage at every call, which takes
    half a second in a large process.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    order = order[~np.isnan(p[order])]
    steps = np.maximum.accumulate(p[order] * np.arange(order.size, 0, -1))
    corrected = np.full(p.size, np.nan)
    corrected[order] = np.minimum(steps, 1.0)
    return [float(value) for value in corrected]


@lru_cache(maxsize=EXACT)
def _all_signs(n: int) -> Floats:
    """All patterns of `n` signs with the first one positive: the others only mirror them. Shape (2**(n - 1), n)."""
    bits = np.arange(2 ** (n - 1))[:, None] >> np.arange(n)[None, :] & 1
    return np.asarray(1.0 - 2.0 * bits)


def _flipped_at_random(sums: Floats, seed: int) -> Floats:
    """The totals of `DRAWS` random patterns of signs."""
    blocks = enumerate(range(0, sums.size, BLOCK))
    parts = ((_random_signs(number, seed), sums[start : start + BLOCK]) for number, start in blocks)
    return np.sum([signs[:, : part.size] @ part for signs, part in parts], axis=0)  # type: ignore[no-any-return]


@lru_cache(maxsize=32)
def _random_signs(block: int, seed: int) -> Floats:
    """The signs of `BLOCK` clusters; with blocks, tests on any number of clusters share what was drawn."""
    bits = np.random.default_rng([seed, block]).integers(0, 2, size=(DRAWS, BLOCK), dtype=np.int8)
    return np.asarray(1.0 - 2.0 * bits)
