"""The two-level estimator: mixtures differ by their training seeds and by the items that were asked.

A score is known for every run and every cluster of items. Between two mixtures a and b of S seeds each, the variance
of the difference of their means is

    run variance / S_a + run variance / S_b + max(0, cluster variance of the paired difference - run noise in it)

The first two terms hold what changes from run to run: the seed, and the luck of each run with each item. The third
is what the items add: that the two mixtures are good at other books. The cluster variance of the difference of the
means also contains the runs' luck with items, which the first terms have counted, so it is taken off.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit
from scipy.stats import chi2

from medlong.compare.statistics import CONFIDENCE, Estimate
from medlong.inference.clusters import few, spread

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

UNEQUAL = 0.05
"""Below this p-value of Bartlett's test, variances are not pooled (Welch)."""
NOTHING = 1e-18
"""Variances up to this are sums of rounding errors."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Mixtures with at least two seeds each; axes: Q scores, T mixtures, G clusters."""

    means: Floats
    """(Q, T), over the seeds of each."""
    influence: Floats
    """(Q, T, G): what each cluster moves each mean by."""
    seeds: Ints
    """(T,)."""
    run_variance: Floats
    """(Q, T), of one run; the same number for all T where pooled."""
    run_df: Floats
    """(Q, T), degrees of freedom of the above."""
    noise: Floats
    """(Q,): variance of one run's mean by its own luck with items, pooled over mixtures."""
    pooled: npt.NDArray[np.bool_]
    """(Q,): whether the variances of the mixtures were taken as one."""
    clusters: Ints
    """(Q,): how many of the G hold items of each score; scores on other items have clusters of their own."""

    def pooled_variance(self) -> Floats:
        """Return the variance between runs of one mixture, pooled over mixtures, shape (Q,)."""
        weights = self.seeds - 1
        return np.asarray((self.run_variance * weights).sum(axis=1) / weights.sum())


@dataclass(frozen=True, slots=True)
class Contrasts:
    """All differences `first - second` of the Q * T means, score by score and mixture by mixture."""

    value: Floats
    """(Q, T, Q, T)."""
    variance: Floats
    df: Floats

    def p_above(self, shift: float = 0.0) -> Floats:
        """Return one-sided p-values of `value + shift` not above 0; 1 where there is no variance to test with."""
        known = self.variance > NOTHING
        t = (self.value + shift) / np.sqrt(np.where(known, self.variance, 1.0))
        return np.where(known, stdtr(np.where(known, self.df, 1.0), -t), 1.0)


def levels(values: Floats, influence: Floats, owner: Ints, clusters: Ints | None = None) -> Levels:
    """Return means and variances of mixtures from their runs.

    Args:
        values: (Q, R), every score of every run.
        influence: (Q, R, G), from `clusters.parts`, with one clustering of items for all.
        owner: (R,), the mixture of each run from 0 to T - 1; each needs two runs or more.
        clusters: (Q,), how many of the G hold items of each score; None where all do.
    """
    seeds = np.bincount(owner).astype(np.int64)
    member = np.equal(owner[:, None], np.arange(seeds.size)[None, :]).astype(np.float64)
    share = member / seeds
    means, own = values @ share, np.einsum("qrg,rt->qtg", influence, share)
    squares = (values - means[:, owner]) ** 2 @ member
    df = (seeds - 1).astype(np.float64)
    total = float(df.sum())
    count = np.full(values.shape[0], influence.shape[2]) if clusters is None else clusters
    noise = spread(influence - own[:, owner], count[:, None]).sum(axis=1) / total
    pooled = bartlett(squares, df) >= UNEQUAL
    one = np.repeat((squares.sum(axis=1) / total)[:, None], seeds.size, axis=1)
    variance = np.where(pooled[:, None], one, squares / df)
    run_df = np.where(pooled[:, None], total, df)
    return Levels(means, own, seeds, variance, run_df, noise, pooled, count)


def bartlett(squares: Floats, df: Floats) -> Floats:
    """Return the p-values of equal variances (Bartlett 1937), one for each row of sums of squares.

    Bartlett's test rather than Levene's: run means are averages over many items and so nearly normal, and with two
    seeds Levene's statistic is infinite, because both lie equally far from their centre. A mixture whose runs are
    all alike says nothing here and is passed over. 1 where fewer than two are left.
    """
    known = squares > NOTHING
    weights = np.where(known, df, 0.0)
    groups, total = known.sum(axis=-1), weights.sum(axis=-1)
    safe = np.maximum(total, 1.0)
    mean = (np.where(known, squares, 0.0)).sum(axis=-1) / safe
    logs = np.log(np.where(known, squares / df, 1.0))
    statistic = total * np.log(np.where(mean > 0, mean, 1.0)) - (weights * logs).sum(axis=-1)
    inverse = np.where(known, 1.0 / df, 0.0).sum(axis=-1) - 1.0 / safe
    statistic = statistic / (1.0 + inverse / (3.0 * np.maximum(groups - 1, 1)))
    return np.where(groups > 1, chi2.sf(statistic, np.maximum(groups - 1, 1)), 1.0)


def contrasts(own: Levels) -> Contrasts:
    """Return every difference between two means with its two-level variance and Satterthwaite's degrees of freedom."""
    scores, mixtures = own.means.shape
    flat = scores * mixtures
    means, seeds = own.means.reshape(flat), np.tile(own.seeds, scores)
    run = own.run_variance.reshape(flat) / seeds
    run_df = own.run_df.reshape(flat)
    noise = np.repeat(own.noise, mixtures) / seeds
    influence = own.influence.reshape(flat, -1)
    gram = influence @ influence.T
    each = np.repeat(own.clusters, mixtures)
    count = np.minimum(each[:, None], each[None, :])
    size = np.diag(gram)
    cluster = few(count) * np.maximum(size[:, None] + size[None, :] - 2 * gram, 0.0)
    # the same estimate twice has the degrees of freedom of one, two estimates have Welch's
    same = np.repeat(np.arange(scores), mixtures)
    once = (same[:, None] == same[None, :]) & own.pooled[same][:, None]
    run_sum = run[:, None] + run[None, :]
    welch = (run**2 / run_df)[:, None] + (run**2 / run_df)[None, :]
    run_term = np.where(once, run_sum**2 / run_df[:, None], welch)
    noise_df = float((own.seeds - 1).sum()) * np.maximum(count - 1, 1)
    variance, df = _combined(run_sum, run_term, cluster, noise[:, None] + noise[None, :], count, noise_df)
    shape = (scores, mixtures, scores, mixtures)
    value = means[:, None] - means[None, :]
    return Contrasts(value.reshape(shape), variance.reshape(shape), df.reshape(shape))


def estimates(own: Levels, score: int, n: int) -> list[Estimate]:
    """Return the means of one score as estimates; scores must be differences to something fixed, such as the base.

    Args:
        own: The mixtures.
        score: Which of the Q.
        n: Items that entered, for the estimates to carry.
    """
    count = own.clusters[score]
    run = own.run_variance[score] / own.seeds
    noise_df = float((own.seeds - 1).sum()) * np.maximum(count - 1, 1)
    cluster, noise = spread(own.influence[score], count), own.noise[score] / own.seeds
    variance, df = _combined(run, run**2 / own.run_df[score], cluster, noise, count, noise_df)
    return [
        interval(float(mean), float(v), float(d), n, int(count))
        for mean, v, d in zip(own.means[score], variance, df, strict=True)
    ]


def interval(value: float, variance: float, df: float, n: int, clusters: int, level: float = CONFIDENCE) -> Estimate:
    """Return an estimate with Student's t on `df`; without error and interval where there is no variance."""
    if clusters < 2 or not variance > NOTHING:
        return Estimate(value, np.nan, np.nan, np.nan, n, clusters)
    se = float(np.sqrt(variance))
    reach = float(stdtrit(df, 0.5 + level / 2)) * se
    return Estimate(value, se, value - reach, value + reach, n, clusters)


def _combined(
    run: Floats, run_term: Floats, cluster: Floats, noise: Floats, count: Ints, noise_df: Floats
) -> tuple[Floats, Floats]:
    """Variance of two levels and its degrees of freedom (Satterthwaite 1946, Biometrics Bulletin 2:110-114)."""
    extra = np.maximum(cluster - noise, 0.0)
    variance = run + extra
    items_term = cluster**2 / np.maximum(count - 1, 1) + noise**2 / noise_df
    terms = run_term + np.where(extra > 0, items_term, 0.0)
    df = np.divide(variance**2, terms, out=np.ones_like(variance), where=terms > 0)
    return variance, np.maximum(df, 1.0)
