"""Standard errors and intervals for exam scores whose questions share books.

All functions take plain numbers and arrays; they know nothing of files, runs or models.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtrit

Floats = npt.NDArray[np.float64]

CONFIDENCE = 0.95
NO_SPREAD = 1e-12
"""Standard errors up to this are sums of rounding errors: the clusters do not differ at all."""


class Interval(NamedTuple):
    """A confidence interval; both ends are nan where the data do not allow one."""

    low: float
    high: float


class Estimate(NamedTuple):
    """A mean with its cluster-robust standard error and interval; nan where not defined."""

    value: float
    se: float
    low: float
    high: float
    n: int
    """Questions that entered."""
    clusters: int
    """Books (or single questions, where there is no book) that entered."""

    def excludes_zero(self) -> bool:
        """Return whether the interval lies on one side of 0; False where there is no interval."""
        return self.low > 0 or self.high < 0


def clustered_mean(values: Sequence[float] | Floats, clusters: Sequence[str], level: float = CONFIDENCE) -> Estimate:
    """Return the mean of `values` with a standard error that allows for clusters.

    Questions on one book succeed and fail together, so the usual standard error is too small
    (Miller 2024, "Adding Error Bars to Evals", arXiv 2411.00640, section 2.2). The variance is
    that of the constant in a least-squares fit on a constant: the sum over clusters of the
    squared sums of residuals, over n squared, times the small-sample factor CR1, here G / (G - 1)
    because (n - 1) / (n - k) is 1 for one coefficient (Cameron and Miller 2015, "A Practitioner's
    Guide to Cluster-Robust Inference", J. Human Resources 50(2), section II.B). The interval uses
    Student's t on G - 1 degrees of freedom (the same, section VI.D). Every question its own
    cluster gives the usual standard error of a mean.

    Args:
        values: One number a question.
        clusters: The cluster of each question, in the same order.
        level: Confidence level of the interval.

    Returns:
        The estimate. Its error and interval are nan with one cluster, and where no cluster differs from
        another: a sample without spread says nothing of the spread. Without questions all is nan.
    """
    x = np.asarray(values, dtype=np.float64)
    n = x.size
    if n == 0:
        return Estimate(np.nan, np.nan, np.nan, np.nan, 0, 0)
    mean = float(x.mean())
    names, index = np.unique(np.asarray(clusters, dtype=np.str_), return_inverse=True)
    count = int(names.size)
    if count < 2:
        return Estimate(mean, np.nan, np.nan, np.nan, n, count)
    sums = np.bincount(index, weights=x - mean)
    se = float(np.sqrt(count / (count - 1) * (sums**2).sum()) / n)
    if se <= NO_SPREAD:
        return Estimate(mean, np.nan, np.nan, np.nan, n, count)
    reach = float(stdtrit(count - 1, 0.5 + level / 2)) * se
    return Estimate(mean, se, mean - reach, mean + reach, n, count)


def paired_difference(
    first: Sequence[float] | Floats, second: Sequence[float] | Floats, clusters: Sequence[str]
) -> Estimate:
    """Return the mean of `first - second`, question by question, with clusters allowed for.

    Pairing removes what the questions have in common, which two separate standard errors would
    count twice (Miller 2024, arXiv 2411.00640, section 4.2).
    """
    return clustered_mean(np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64), clusters)


def wilson(successes: float, n: int, level: float = CONFIDENCE) -> Interval:
    """Return the Wilson score interval of a single rate (Wilson 1927, JASA 22:209-212).

    It stays within 0 and 1 and keeps its level near the ends, where mean +- 2 errors fails.
    It takes the `n` questions as independent, so with shared books it is too narrow.
    """
    if n == 0:
        return Interval(np.nan, np.nan)
    z = float(ndtri(0.5 + level / 2))
    rate = successes / n
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * float(np.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n)))
    return Interval(max(0.0, centre - reach), min(1.0, centre + reach))
