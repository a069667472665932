from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medlong.mixing.apportion import webster

WEIGHTS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 1000), min_size=1).filter(
    lambda weights: sum(weights.values()) > 0
)


def by_hand(weights: dict[str, int], total: int) -> dict[str, int]:
    """One unit at a time, from the definition."""
    given_out = dict.fromkeys(weights, 0)
    for _ in range(total):
        claims = {name: Fraction(weights[name], 2 * given_out[name] + 1) for name in sorted(weights)}
        given_out[max(claims, key=lambda name: claims[name])] += 1
    return given_out


@given(WEIGHTS, st.integers(0, 120))
def test_it_is_the_method_dealt_one_by_one(weights: dict[str, int], total: int) -> None:
    assert webster(weights, total) == by_hand(weights, total)


@given(WEIGHTS, st.integers(0, 10**7))
def test_it_sums_to_the_total_and_never_takes_away(weights: dict[str, int], total: int) -> None:
    now, more = webster(weights, total), webster(weights, total + 1)
    assert sum(now.values()) == total
    assert all(now[name] <= more[name] for name in weights)


@given(WEIGHTS, st.integers(1, 50))
def test_whole_shares_are_met_exactly(weights: dict[str, int], times: int) -> None:
    assert webster(weights, times * sum(weights.values())) == {name: times * w for name, w in weights.items()}


@given(WEIGHTS, st.integers(1, 10**6))
def test_a_source_never_gets_more_than_it_has_while_there_is_enough(weights: dict[str, int], total: int) -> None:
    total = min(total, sum(weights.values()))
    assert all(webster(weights, total)[name] <= weights[name] for name in weights)


@pytest.mark.parametrize(
    ("weights", "total", "expected"),
    [
        ({"a": 53, "b": 24, "c": 23}, 7, {"a": 3, "b": 2, "c": 2}),  # D'Hondt would give a four
        ({"a": 1, "b": 1}, 3, {"a": 2, "b": 1}),  # tie by name
        ({"b": 1, "a": 1}, 3, {"a": 2, "b": 1}),  # whatever the order of writing
        ({"a": Fraction(29, 100), "b": Fraction(71, 100)}, 100, {"a": 29, "b": 71}),
        ({"a": Fraction(1, 3), "b": Fraction(2, 3)}, 400, {"a": 133, "b": 267}),
        ({"a": 0, "b": 5}, 9, {"a": 0, "b": 9}),
        ({"a": 1}, 0, {"a": 0}),
    ],
)
def test_hand_cases(weights: dict[str, Fraction | int], total: int, expected: dict[str, int]) -> None:
    assert webster(weights, total) == expected


def test_nothing_to_weigh_with_is_an_error() -> None:
    with pytest.raises(ValueError, match="all weights are 0"):
        webster({"a": 0}, 3)
    with pytest.raises(ValueError, match="must not be negative"):
        webster({"a": -1, "b": 2}, 3)
