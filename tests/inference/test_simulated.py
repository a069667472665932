"""Invented studies with known truth: how often the verdict is wrong, intervals cover, and power is as planned."""

import numpy as np
import pytest

from benchmarks.simulate_verdicts import (
    claims_apart,
    coverage,
    false_claims,
    false_equivalence,
    planned,
    retention_coverage,
    told_apart,
    uneven_claims,
)


@pytest.mark.parametrize(("mixtures", "seeds", "sd"), [(2, 3, 0.01), (2, 3, 0.02), (5, 2, 0.02)])
def test_equal_mixtures_are_told_apart_in_at_most_7_percent_of_studies(mixtures: int, seeds: int, sd: float) -> None:
    assert false_claims(500, mixtures, seeds, sd, seed=3) <= 0.07


def test_mixtures_of_one_balance_are_not_told_apart_by_what_the_balance_does_not_count() -> None:
    assert uneven_claims(400, 2, 3, 0.02, seed=3) <= 0.07


def test_knowledge_from_another_task_makes_no_more_false_claims() -> None:
    assert claims_apart(250, 5, 3, 0.02, 0.05, seed=3) <= 0.07


def test_a_test_that_ignores_seeds_would_claim_far_more() -> None:
    generator = np.random.default_rng(0)
    chance = generator.beta(0.43, 0.29, (600, 1, 400))
    moved = generator.normal(0, 0.02, (600, 2, 1)) * chance * (1 - chance) * 10
    first, second = np.moveaxis(generator.random((600, 2, 400)) < chance + moved, 1, 0).astype(float)
    difference = first - second
    z = difference.mean(axis=1) / (difference.std(axis=1, ddof=1) / 20)
    assert (np.abs(z) > 1.96).mean() > 0.15


def test_mixtures_three_points_apart_are_rarely_called_equivalent() -> None:
    assert false_equivalence(300, 8, 0.01, seed=4) <= 0.07


@pytest.mark.parametrize("icc", [0.0, 0.05])
def test_intervals_of_differences_to_the_base_cover(icc: float) -> None:
    assert 0.93 <= coverage(400, 5, 3, 0.01, icc, seed=5) <= 0.98


def test_intervals_of_retention_cover() -> None:
    assert 0.92 <= retention_coverage(500, seed=6) <= 0.98


def test_power_is_as_planned() -> None:
    seen = told_apart(1000, 0.06, 2, 3, 0.015, 0.0, seed=7)
    assert seen == pytest.approx(planned(0.06, 2, 3, 0.015, 0.0), abs=0.05)
