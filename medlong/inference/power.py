"""How small a difference between mixtures a study can see, and what it would take to see a given one."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, stdtrit
from scipy.stats import chi2

ALPHA, POWER = 0.05, 0.80
POINTS = 1_000
TINY = 1e-30
MOST_SEEDS, MOST_ITEMS = 50, 64
"""Plans beyond 50 seeds, or 64 times the items, are not offered."""

FEW_SEEDS = 10


@dataclass(frozen=True, slots=True)
class Design:
    """A study of mixtures and the variances it would meet; scores are fractions of 1."""

    mixtures: int
    seeds: int
    items: float
    books: float
    seed_variance: float
    """Between trainings of one mixture, beyond their luck with items."""
    noise: float
    """Variance of one run's score by its luck with these items."""
    book: float
    """Variance of the difference of two mixtures because they are good at other books."""

    def larger(self, times: float) -> "Design":
        """Return the same study with that many times the items and books."""
        items, books = self.items * times, self.books * times
        return replace(self, items=items, books=books, noise=self.noise / times, book=self.book / times)


def design(mixtures: int, seeds: int, items: int, books: int, seed_sd: float, discordance: float, icc: float) -> Design:
    """Return the study with variances worked out from what is known before it.

    A paired difference of two runs on one item has the variance `discordance`. Of it the part `icc` is shared by the
    items of one book and belongs to the mixtures, the same in all seeds; the rest is each run's own luck and averages
    out over seeds. With one seed each the variance is discordance / items * (1 + (items / books - 1) icc), the usual
    design effect.

    Args:
        mixtures: To be compared, all pairs.
        seeds: Of each.
        items: Questions.
        books: They stand in.
        seed_sd: Standard deviation between trainings of one mixture beyond their luck with items.
        discordance: Share of items that two trainings of one mixture answer with different success.
        icc: Correlation of paired differences within a book.
    """
    noise, book = discordance * (1 - icc) / (2 * items), discordance * icc / books
    return Design(mixtures, seeds, items, books, seed_sd**2, noise, book)


def power(plan: Design, effect: float, alpha: float = ALPHA) -> float:
    """Return the chance that two mixtures that differ by `effect` are told apart by the two-level test.

    The level is that of Holm's first step over all pairs. With one seed each, it is the chance that two checkpoints
    are told apart; of mixtures nothing can be told then.
    """
    true, expected, df = _errors(plan)
    pairs = max(1, plan.mixtures * (plan.mixtures - 1) // 2)
    if true <= 0:
        return 1.0
    critical = float(stdtrit(df, 1 - alpha / pairs / 2)) * np.sqrt(expected / true)
    shift = abs(effect) / np.sqrt(true)
    # the noncentral t as a mean over the chi-squared of its variance: scipy's own gives nan far from 0
    bar = critical * np.sqrt(chi2.ppf((np.arange(POINTS) + 0.5) / POINTS, df) / df)
    return float((ndtr(shift - bar) + ndtr(-shift - bar)).mean())


def detectable(plan: Design, wanted: float = POWER) -> float:
    """Return the smallest difference that is seen with the power `wanted`; nan where even 100 points are not."""
    if power(plan, 1.0) < wanted:
        return float("nan")
    return float(brentq(lambda effect: power(plan, effect) - wanted, 0.0, 1.0, xtol=1e-5))


def enough_seeds(plan: Design, effect: float, wanted: float = POWER) -> int | None:
    """Return the fewest seeds per mixture, from two, that see `effect` on these items; None where 50 do not."""
    plans = (replace(plan, seeds=seeds) for seeds in range(2, MOST_SEEDS + 1))
    return next((each.seeds for each in plans if power(each, effect) >= wanted), None)


def enough_items(plan: Design, effect: float, wanted: float = POWER) -> tuple[int, int] | None:
    """Return how many items on how many books see `effect` with these seeds; None where 64 times as many do not."""
    if power(plan, effect) >= wanted:
        return int(plan.items), int(plan.books)
    if power(plan.larger(MOST_ITEMS), effect) < wanted:
        return None
    times = brentq(lambda times: power(plan.larger(times), effect) - wanted, 1.0, float(MOST_ITEMS), xtol=1e-3)
    return int(np.ceil(plan.items * times)), int(np.ceil(plan.books * times))


def enough_together(plan: Design, effect: float, wanted: float = POWER) -> Design | None:
    """Return a study of more seeds and more items that sees `effect`; None where 64 times the items do not help.

    The items are doubled until ten seeds or fewer suffice, since a training costs more than an exam; where they never
    do, the fewest seeds.
    """
    studies = []
    times = 2
    while times <= MOST_ITEMS:
        seeds = enough_seeds(plan.larger(times), effect, wanted)
        if seeds is not None:
            studies.append(replace(plan.larger(times), seeds=seeds))
            if seeds <= FEW_SEEDS:
                break
        times *= 2
    return min(studies, key=lambda study: study.seeds, default=None)


def _errors(plan: Design) -> tuple[float, float, float]:
    """The variance of a difference, what its estimate is on average, and its degrees of freedom."""
    clusters_df = max(plan.books - 1, 1.0)
    noise = 2 * plan.noise / plan.seeds
    if plan.seeds < 2:
        variance = noise + plan.book
        return variance, variance, clusters_df
    run, runs_df = 2 * plan.seed_variance / plan.seeds + noise, plan.mixtures * (plan.seeds - 1)
    cluster = noise + plan.book
    items = cluster**2 / clusters_df + noise**2 / (runs_df * clusters_df)
    # the estimate of the books' part is cut off at 0, which makes it too large on average
    sd = np.sqrt(max(2 * items, TINY))
    extra = plan.book * ndtr(plan.book / sd) + sd * np.exp(-((plan.book / sd) ** 2) / 2) / np.sqrt(2 * np.pi)
    expected = run + extra
    df = (run + plan.book) ** 2 / (run**2 / runs_df + (items if plan.book > 0 else 0.0))
    return run + plan.book, float(expected), float(df)
