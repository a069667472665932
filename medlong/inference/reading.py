"""How well an open book is used: retention and effective length, with bootstrap intervals over clusters.

All items of one book move together, and an item moves together in every arm it was asked in.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, stdtrit

from medlong.compare.statistics import CONFIDENCE, Estimate, Interval
from medlong.inference.clusters import sums

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DRAWS = 4_000
THRESHOLD = 0.85
"""Of the oracle's score; the share is that of NoLiMa (arXiv 2502.05167), whose base score is that at short lengths."""


@lru_cache(maxsize=4)
def weights(clusters: int, seed: int, draws: int = DRAWS) -> Floats:
    """Return how often each cluster is drawn in each bootstrap sample, shape (draws, clusters)."""
    generator = np.random.default_rng(seed)
    return generator.multinomial(clusters, np.full(clusters, 1 / clusters), draws).astype(np.float64)


def retention(opened: Floats, closed: Floats, oracle: Floats, clusters: Ints, seed: int = 0) -> Estimate:
    """Return (open - closed) / (oracle - closed) of the same items, with a bootstrap interval over clusters.

    The interval is the percentile one, its ends moved outwards for the number of clusters as Hesterberg has it (2015,
    The American Statistician 69:371-386, "expanded percentile"); without that it is too short with few. Samples in
    which the oracle does not beat the closed book have no ratio and are left out.

    Args:
        opened: Score of each item with the whole book.
        closed: Without one.
        oracle: With the right page alone.
        clusters: Cluster of each item, from 0.
        seed: Of the bootstrap.

    Returns:
        The estimate, `se` being the bootstrap's; nan throughout where the oracle does not beat the closed book in the
        mean, without interval with fewer than two clusters.
    """
    n, count = opened.size, int(clusters.max()) + 1 if opened.size else 0
    above, below = float((opened - closed).sum()), float((oracle - closed).sum())
    if below <= 0:
        return Estimate(np.nan, np.nan, np.nan, np.nan, n, count)
    value = above / below
    if count < 2:
        return Estimate(value, np.nan, np.nan, np.nan, n, count)
    both = weights(count, seed) @ sums(np.stack([opened - closed, oracle - closed]), clusters, count).T
    ratios = both[both[:, 1] > 0]
    drawn = ratios[:, 0] / ratios[:, 1]
    se = float(drawn.std(ddof=1) * np.sqrt(count / (count - 1)))
    low, high = np.quantile(drawn, _expanded(count))
    return Estimate(value, se, float(low), float(high), n, count)


def effective_length(
    scores: Sequence[Floats], oracle: Floats, clusters: Ints, lengths: Sequence[int], seed: int = 0
) -> tuple[int, Interval]:
    """Return the longest length at which, and at all shorter, the score is at least 85 % of the oracle's.

    Args:
        scores: For each length, rising, the score of each item; nan where it was not asked or did not fit.
        oracle: Score of each item with the right page alone; nan likewise. At each length it counts on the same items.
        clusters: One clustering of the items for all lengths, from 0.
        lengths: In tokens, rising.
        seed: Of the bootstrap.

    Returns:
        The length, 0 for none, and its bootstrap interval over clusters, nan with fewer than two of them.
    """
    count = int(clusters.max()) + 1
    steps = np.array([0, *lengths])
    pairs = [_pair(score, oracle, clusters, count) for score in scores]
    seen = _length(steps, [pair.sum(axis=1) for pair in pairs])
    if count < 2:
        return int(seen), Interval(np.nan, np.nan)
    drawn = weights(count, seed)
    lengths_drawn = _length(steps, [(drawn @ pair.T).T for pair in pairs])
    low, high = np.quantile(lengths_drawn, _expanded(count), method="inverted_cdf")
    return int(seen), Interval(float(low), float(high))


def _pair(score: Floats, oracle: Floats, clusters: Ints, count: int) -> Floats:
    """Sums by cluster of score and oracle over the items that have both, shape (2, clusters)."""
    both = ~np.isnan(score) & ~np.isnan(oracle)
    return sums(np.where(both, np.stack([score, oracle]), 0.0), clusters, count)


def _length(steps: Ints, totals: list[Floats]) -> Ints:
    passed = np.stack([(total[0] >= THRESHOLD * total[1]) & (total[1] > 0) for total in totals])
    return np.asarray(steps[np.cumprod(passed, axis=0).sum(axis=0)])


def _expanded(count: int) -> list[float]:
    tail = float(ndtr(np.sqrt(count / (count - 1)) * stdtrit(count - 1, (1 - CONFIDENCE) / 2)))
    return [tail, 1 - tail]
