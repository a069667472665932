"""The statistics agree with statsmodels and scipy, and the intervals cover what they say."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import binomtest

from medlong.compare.statistics import clustered_mean, paired_difference, wilson


def _fixed(seed: int, sizes: list[int]) -> tuple[np.ndarray, list[str]]:
    generator = np.random.default_rng(seed)
    clusters = [f"book-{index}" for index, size in enumerate(sizes) for _ in range(size)]
    level = dict(zip(sorted(set(clusters)), generator.normal(0.5, 0.3, len(sizes)), strict=True))
    values = np.array([float(generator.random() < level[name]) for name in clusters])
    return values, clusters


@pytest.mark.parametrize("sizes", [[5] * 12, [1, 2, 3, 4, 20], [1] * 30, [7, 7]])
def test_clustered_error_and_interval_are_those_of_ols_on_a_constant(sizes: list[int]) -> None:
    values, clusters = _fixed(3, sizes)
    codes = np.unique(clusters, return_inverse=True)[1]
    # use_correction: G / (G - 1) * (n - 1) / (n - k), and k = 1 leaves G / (G - 1)
    options = {"groups": codes, "use_correction": True, "df_correction": True}
    fit = sm.OLS(values, np.ones(len(values))).fit(cov_type="cluster", cov_kwds=options, use_t=True)
    estimate = clustered_mean(values, clusters)
    assert estimate.value == pytest.approx(fit.params[0], abs=1e-12)
    assert estimate.se == pytest.approx(fit.bse[0], rel=1e-9)
    assert (estimate.low, estimate.high) == pytest.approx(tuple(fit.conf_int()[0]), rel=1e-9)
    assert (estimate.n, estimate.clusters) == (len(values), len(sizes))


def test_single_items_as_clusters_give_the_usual_error_of_a_mean() -> None:
    values, _ = _fixed(4, [40])
    estimate = clustered_mean(values, [str(index) for index in range(40)])
    assert estimate.se == pytest.approx(values.std(ddof=1) / math.sqrt(40))


def test_order_of_items_does_not_matter() -> None:
    values, clusters = _fixed(5, [5] * 8)
    order = np.random.default_rng(0).permutation(len(values))
    shuffled = clustered_mean(values[order], [clusters[index] for index in order])
    assert shuffled == pytest.approx(clustered_mean(values, clusters))


def test_pairing_is_the_mean_of_the_differences() -> None:
    first, clusters = _fixed(6, [5] * 8)
    second, _ = _fixed(7, [5] * 8)
    assert paired_difference(first, second, clusters) == clustered_mean(first - second, clusters)


@pytest.mark.parametrize(
    "values", [[1.0] * 6, [0.1] * 6, [1.0, 0.0] * 3], ids=["all right", "rounding", "clusters alike"]
)
def test_clusters_that_do_not_differ_give_no_error_and_no_claim(values: list[float]) -> None:
    estimate = clustered_mean(values, ["a", "a", "b", "b", "c", "c"])
    assert estimate.value == pytest.approx(sum(values) / 6)
    assert all(map(math.isnan, (estimate.se, estimate.low, estimate.high)))
    assert not estimate.excludes_zero()


def test_too_little_data_gives_no_interval_and_no_claim() -> None:
    one = clustered_mean([1.0, 1.0], ["a", "a"])
    assert one.value == 1
    assert math.isnan(one.se)
    assert math.isnan(one.low)
    assert not one.excludes_zero()
    none = clustered_mean([], [])
    assert math.isnan(none.value)
    assert (none.n, none.clusters) == (0, 0)


@pytest.mark.parametrize(("right", "n"), [(0, 10), (10, 10), (3, 17), (250, 400)])
def test_wilson_is_that_of_scipy(right: int, n: int) -> None:
    theirs = binomtest(right, n).proportion_ci(method="wilson")
    assert wilson(right, n) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_wilson_without_items_is_nan() -> None:
    assert all(map(math.isnan, wilson(0, 0)))


def test_clustered_interval_covers_at_its_level_where_the_plain_one_does_not() -> None:
    generator = np.random.default_rng(20260101)
    trials, books, size = 1000, 20, 10
    names = [f"{book}" for book in range(books) for _ in range(size)]
    singles = [str(index) for index in range(books * size)]
    hits = plain = 0
    for _ in range(trials):
        level = generator.beta(3, 2, books).repeat(size)  # mean 0.6, correlated within a book
        values = (generator.random(books * size) < level).astype(float)
        clustered, naive = clustered_mean(values, names), clustered_mean(values, singles)
        hits += clustered.low <= 0.6 <= clustered.high
        plain += naive.low <= 0.6 <= naive.high
    assert 0.92 <= hits / trials <= 0.98
    assert plain / trials < 0.85
