"""The statistics agree with scipy and statsmodels on fixed data, and do what their words say at the edges."""

import math
from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import bartlett as scipy_bartlett
from scipy.stats import permutation_test, ttest_ind
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestIndPower

from medlong.compare.statistics import clustered_mean
from medlong.inference.clusters import joined, parts, spread
from medlong.inference.pareto import beyond_luck, membership
from medlong.inference.permutation import holm, sign_flip
from medlong.inference.power import (
    FEW_SEEDS,
    POWER,
    Design,
    design,
    detectable,
    enough_items,
    enough_seeds,
    enough_together,
    power,
)
from medlong.inference.reading import effective_length, retention
from medlong.inference.seeds import Levels, bartlett, contrasts, estimates, levels
from medlong.inference.surface import fit
from medlong.inference.verdict import decide


def test_sign_flip_is_that_of_scipy() -> None:
    sums = np.array([3.0, -1.0, 2.0, 4.0, 1.0, -2.0, 5.0])
    theirs = permutation_test((sums,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert sign_flip(sums, [str(n) for n in range(7)]) == pytest.approx(theirs.pvalue)


def test_sign_flip_by_chance_is_near_the_exact_one_and_repeats() -> None:
    values = np.random.default_rng(1).normal(0.5, 1, 40)
    names = [str(n) for n in range(40)]
    theirs = permutation_test((values,), np.mean, permutation_type="samples", n_resamples=20_000, rng=1)
    assert sign_flip(values, names, seed=3) == pytest.approx(theirs.pvalue, abs=0.005)
    assert sign_flip(values, names, seed=3) == sign_flip(values, names, seed=3)


def test_sign_flip_moves_whole_clusters() -> None:
    assert sign_flip([1.0] * 40, ["a"] * 20 + ["b"] * 20) == 0.5
    assert math.isnan(sign_flip([1.0] * 40, ["a"] * 40))
    assert sign_flip([0.0] * 4, ["a", "a", "b", "b"]) == 1.0


def test_holm_is_that_of_statsmodels_and_passes_nan_over() -> None:
    p = [0.04, 0.001, 0.3, 0.02, 0.02]
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])
    found = holm([0.03, float("nan"), 0.02])
    assert [found[0], found[2]] == pytest.approx([0.04, 0.04])
    assert math.isnan(found[1])
    assert holm([]) == []


def test_spread_of_parts_is_the_clustered_variance() -> None:
    values = np.random.default_rng(2).random(30)
    codes = np.arange(30) % 7
    theirs = clustered_mean(values, [str(code) for code in codes]).se
    assert math.sqrt(spread(parts(values, codes, 7))) == pytest.approx(theirs)


def test_items_that_share_a_book_in_any_arm_are_one_cluster() -> None:
    assert joined([["a", "a", "b", "c"], ["x", "y", "y", "z"]]).tolist() == [0, 0, 0, 1]
    assert len(set(joined([["a", "b", "c"], ["x", "x", "y"]]).tolist())) == 2
    chain = joined([["a", "a", "b", "b"], ["x", "y", "y", "x"]])  # all linked: the books of one arm
    assert len(set(chain.tolist())) == 2


def test_bartlett_is_that_of_scipy() -> None:
    generator = np.random.default_rng(3)
    groups = [generator.normal(0, sd, 4) for sd in (1, 1, 5)]
    squares = np.array([[((g - g.mean()) ** 2).sum() for g in groups]])
    assert bartlett(squares, np.full(3, 3.0))[0] == pytest.approx(scipy_bartlett(*groups).pvalue)


def _runs(values: list[list[float]]) -> Levels:
    """Mixtures without any item noise: two clusters in which all runs are alike."""
    flat = np.array([[value for runs in values for value in runs]])
    owner = np.repeat(np.arange(len(values)), [len(runs) for runs in values])
    return levels(flat, np.zeros((1, flat.size, 2)), owner)


@pytest.mark.parametrize("scale", [1.0, 40.0], ids=["pooled", "welch"])
def test_two_mixtures_without_item_noise_are_a_t_test_of_scipy(scale: float) -> None:
    first, second = [0.1, 0.12, 0.15, 0.11], [0.2, 0.2 + 0.01 * scale, 0.2 - 0.01 * scale]
    own = _runs([first, second])
    assert bool(own.pooled[0]) == (scale == 1)
    theirs = ttest_ind(first, second, equal_var=scale == 1)
    found = contrasts(own)
    assert found.value[0, 0, 0, 1] / math.sqrt(found.variance[0, 0, 0, 1]) == pytest.approx(theirs.statistic)
    assert found.df[0, 0, 0, 1] == pytest.approx(theirs.df)
    assert decide(own).p[0, 1] == pytest.approx(theirs.pvalue)


def test_the_runs_luck_with_items_is_counted_once() -> None:
    generator = np.random.default_rng(4)
    owner, codes = np.repeat([0, 1], 400), np.arange(200) % 40
    right = generator.normal(0, 1, (800, 200))
    own = levels(right.mean(axis=1)[None], parts(right, codes, 40)[None], owner)
    # nothing but luck: the variance of one run is 1 / 200, and the books add nothing to it
    assert contrasts(own).variance[0, 0, 0, 1] == pytest.approx(2 / 200 / 400, rel=0.35)


def test_scores_on_other_items_have_errors_of_their_own() -> None:
    """Two scores on 5 and 60 clusters side by side are tested as each is alone."""
    generator = np.random.default_rng(6)
    owner, sizes = np.repeat([0, 1, 2], 3), (5, 60)
    values = generator.normal(0, 1, (2, 9))
    blocks = [parts(generator.normal(0, 1, (9, 4 * size)), np.arange(4 * size) % size, size) for size in sizes]
    padded = [np.hstack([blocks[0], np.zeros((9, 60))]), np.hstack([np.zeros((9, 5)), blocks[1]])]
    both = levels(values, np.stack(padded), owner, np.array(sizes))
    for q in range(2):
        alone = levels(values[q : q + 1], blocks[q][None], owner)
        assert both.noise[q] == pytest.approx(alone.noise[0])
        for name in ("value", "variance", "df"):
            mine, theirs = (getattr(contrasts(own), name) for own in (both, alone))
            assert mine[q, :, q, :] == pytest.approx(theirs[0, :, 0, :])
        for mine, theirs in zip(estimates(both, q, 9), estimates(alone, 0, 9), strict=True):
            assert mine == pytest.approx(theirs)


@pytest.mark.parametrize(
    ("values", "kind", "members"),
    [
        ([[0.10, 0.11, 0.12], [0.30, 0.31, 0.32], [0.0, 0.01, 0.02]], "best", (1,)),
        ([[0.300, 0.302, 0.301], [0.301, 0.303, 0.302], [0.1, 0.101, 0.102]], "equivalent", (1, 0)),
        ([[0.30, 0.36, 0.33], [0.31, 0.35, 0.37], [0.0, 0.05, 0.02]], "tied", (1, 0)),
        ([[0.30, 0.40, 0.35], [0.28, 0.42, 0.36]], "insufficient", (1, 0)),
    ],
)
def test_verdicts(values: list[list[float]], kind: str, members: tuple[int, ...]) -> None:
    decision = decide(_runs(values))
    assert (decision.kind, decision.members) == (kind, members)


def test_the_balance_is_no_better_than_its_smaller_score() -> None:
    generator = np.random.default_rng(5)
    values = np.array([[0.3, 0.3, 0.0, 0.0], [0.0, 0.0, 0.3, 0.3]]) + generator.normal(0, 0.002, (2, 4))
    own = levels(values, np.zeros((2, 4, 2)), np.array([0, 0, 1, 1]))
    assert not decide(own).worse
    both_high = values.copy()
    both_high[1, :2] += 0.2
    assert decide(levels(both_high, np.zeros((2, 4, 2)), np.array([0, 0, 1, 1]))).kind == "best"


def test_retention_is_a_ratio_of_gains_and_absent_without_a_gain() -> None:
    closed, oracle, opened = np.zeros(40), np.ones(40), np.tile([1.0, 0.0], 20)
    found = retention(opened, closed, oracle, np.arange(40) // 2)
    assert found.value == 0.5
    assert math.isnan(retention(opened, oracle, oracle, np.arange(40)).value)
    wide = retention(opened, closed, oracle, np.arange(40) % 2)
    assert (wide.low, wide.high) == (0.0, 1.0)


def test_effective_length_stops_at_the_first_length_that_falls() -> None:
    oracle = np.ones(20)
    falls = np.where(np.arange(20) < 8, 0.0, 1.0)
    longest, span = effective_length([oracle, falls, oracle], oracle, np.arange(20) // 2, [1024, 4096, 16384])
    assert longest == 1024
    assert span.low == 1024
    none, span = effective_length([np.zeros(20)], oracle, np.arange(20) // 2, [1024])
    assert (none, span) == (0, (0.0, 0.0))


def test_pareto_membership_follows_the_means_and_the_doubt() -> None:
    means = np.array([[0.3, 0.0, -0.3], [0.0, 0.3, -0.3]])
    sure = membership(means, np.zeros((2, 3, 4)), np.array([3, 3, 3]), np.zeros((2, 2)))
    assert sure.tolist() == [1.0, 1.0, 0.0]
    doubtful = membership(np.zeros((2, 2)), np.zeros((2, 2, 4)), np.array([3, 3]), np.eye(2) * 0.01)
    assert doubtful == pytest.approx([0.75, 0.75], abs=0.05)  # better in both: a quarter
    assert not beyond_luck(np.ones((2, 3)), np.zeros((2, 3, 4)), np.arange(3)).any()


def test_surface_is_the_least_squares_of_statsmodels_with_its_lack_of_fit() -> None:
    generator = np.random.default_rng(6)
    share = np.repeat([0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 1.0], 3)
    score = 0.1 - 0.2 * (share - 0.4) ** 2 + generator.normal(0, 0.01, share.size)
    found = fit(share, np.full(share.size, 4000.0), score)
    log = np.where(share > 0, share * np.log(np.where(share > 0, share, 1)), 0)
    design_matrix = np.stack([np.ones_like(share), share, share**2, log], axis=1)
    theirs = sm.OLS(score, design_matrix).fit()
    full = sm.OLS(score, np.equal(share[:, None], np.unique(share)).astype(float)).fit()
    assert found is not None
    assert found.coefficients == pytest.approx(tuple(theirs.params), rel=1e-6)
    assert found.lack_of_fit_p == pytest.approx(anova_lm(theirs, full)["Pr(>F)"][1])
    assert found.best_share_interval.low <= found.best_share <= found.best_share_interval.high


def test_no_surface_from_too_few_mixtures_or_from_share_and_total_that_move_together() -> None:
    share = np.array([0.0, 0.25, 0.5, 1.0] * 3)
    assert fit(share, np.full(12, 100.0), share) is None
    many = np.linspace(0, 1, 9)
    assert fit(many, np.exp(many), many) is None


def test_surface_of_two_totals_knows_which_is_better() -> None:
    share, total = np.tile(np.linspace(0, 1, 5), 4), np.repeat([1000.0, 4000.0, 1000.0, 4000.0], 5)
    score = -((share - 0.5) ** 2) + 0.1 * np.log(total) + np.random.default_rng(7).normal(0, 0.005, 20)
    found = fit(share, total, score)
    assert found is not None
    assert found.best_total == 4000
    assert found.best_share == pytest.approx(0.5, abs=0.1)


def test_power_without_items_noise_is_that_of_statsmodels() -> None:
    plan = Design(2, 6, 400, 10_000, 0.02**2, 0.0, 0.0)
    theirs = TTestIndPower().power(effect_size=0.03 / 0.02, nobs1=6, alpha=0.05)
    assert power(plan, 0.03) == pytest.approx(theirs, abs=0.002)


def test_one_seed_has_the_usual_design_effect() -> None:
    plan = design(2, 1, 400, 20, 0.015, 0.2, 0.05)
    assert 2 * plan.noise + plan.book == pytest.approx(0.2 / 400 * (1 + 19 * 0.05))


def test_detectable_effects_and_what_is_enough_agree() -> None:
    plan = design(3, 3, 400, 20, 0.01, 0.2, 0.02)
    least = detectable(plan)
    assert power(plan, least) == pytest.approx(0.8, abs=0.01)
    seeds, items = enough_seeds(plan, 0.06), enough_items(plan, 0.06)
    assert seeds is not None
    assert items is not None
    assert least > 0.06
    assert seeds > 3
    assert items[0] > 400
    assert power(plan.larger(items[0] / 400), 0.06) == pytest.approx(0.8, abs=0.01)
    assert enough_items(plan, 0.001) is None


def test_more_seeds_and_items_together_see_what_neither_sees_alone() -> None:
    plan = design(3, 3, 400, 20, 0.015, 0.2, 0.05)
    assert enough_seeds(plan, 0.03) is None
    assert enough_items(plan, 0.03) is None
    both = enough_together(plan, 0.03)
    assert both is not None
    assert power(both, 0.03) >= POWER
    assert both.seeds <= FEW_SEEDS
    assert both.items / plan.items == both.books / plan.books > 1
    half = replace(plan.larger(both.items / plan.items / 2), seeds=FEW_SEEDS)
    assert power(half, 0.03) < POWER
    assert enough_together(replace(plan, seed_variance=1.0), 0.001) is None
