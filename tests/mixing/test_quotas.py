"""How much each source gives: exact shares, what is taken of what there is, and what is done about a shortage."""

import re
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medlong.errors import DataError
from medlong.mixing.apportion import webster
from medlong.mixing.build import build
from medlong.mixing.quotas import Asked, quotas
from medlong.mixing.spec import Mixture

PATH = Path("mix.yaml")
SOURCES = {"general": ["a", "b"], "medical": ["c", "d"], "long": ["e"]}
HAVE = st.fixed_dictionaries({source: st.integers(0, 400) for source in "abcde"})
SOME = st.fixed_dictionaries({source: st.integers(1, 400) for source in "abcde"})
WEIGHTS = st.fixed_dictionaries({name: st.integers(0, 9) for name in SOURCES}).filter(lambda value: any(value.values()))
WITHIN = st.sampled_from(["proportional", "equal", {"a": "1/3", "b": "2/3"}])


def mixture(within: object = "proportional", **keys: object) -> Mixture:
    components: dict[str, Any] = {name: {"sources": sources} for name, sources in SOURCES.items()}
    components["general"]["within"] = within
    base = {"medlong_mixture": 1, "name": "trial", "components": components}
    return Mixture.model_validate(base | keys)


def exact(weights: dict[str, int]) -> dict[str, str]:
    return {name: str(Fraction(weight, sum(weights.values()))) for name, weight in weights.items()}


def met(asked: Asked, have: dict[str, int], most: int = 1) -> bool:
    return all(need.quota <= most * have[need.source] for need in asked.needs)


def adds_up(asked: Asked) -> bool:
    needed = {name: sum(need.quota for need in asked.needs if need.component == name) for name in SOURCES}
    return needed == asked.quotas and sum(needed.values()) == asked.total


@given(WEIGHTS, st.integers(1, 2000), HAVE, WITHIN, st.integers(1, 3))
def test_a_quota_is_met_within_the_passes_allowed_or_every_shortage_is_named(
    weights: dict[str, int], total: int, have: dict[str, int], within: object, most: int
) -> None:
    spec = mixture(within, shares=exact(weights), total=total, shortage={"repeat_up_to": most})
    try:
        asked = quotas(PATH, spec, have)
    except DataError as error:
        first, *short = str(error).splitlines()
        assert first == "mix.yaml: too few rows"
        found = [re.search(r"source '(.)': have ([\d,]+) .* need ([\d,]+);", line) for line in short]
        assert found
        for fault in found:
            assert fault
            held, needed = (int(fault[n].replace(",", "")) for n in (2, 3))
            assert held == have[fault[1]] < needed / most
        return
    assert met(asked, have, most)
    assert adds_up(asked)
    assert asked.quotas == webster(asked.shares, total)
    assert asked.requested == asked.total == total


@given(WEIGHTS, st.integers(1, 2000), SOME, WITHIN)
def test_a_total_shrinks_to_the_largest_that_repeats_nothing(
    weights: dict[str, int], total: int, have: dict[str, int], within: object
) -> None:
    typed = mixture(within, shares=exact(weights), total=total, shortage="shrink")
    asked = quotas(PATH, typed, have)
    assert met(asked, have)
    assert adds_up(asked)
    assert 1 <= asked.total <= total == asked.requested
    assert asked.shares == typed.shares
    assert asked.quotas == webster(asked.shares, asked.total)
    if asked.total < total:
        with pytest.raises(DataError, match="have"):
            quotas(PATH, mixture(within, shares=exact(weights), total=asked.total + 1), have)


@given(WEIGHTS, HAVE, WITHIN)
def test_a_larger_total_takes_nothing_away_from_any_source(
    weights: dict[str, int], have: dict[str, int], within: object
) -> None:
    plenty = {source: count + 100 for source, count in have.items()}
    found = [
        quotas(PATH, mixture(within, shares=exact(weights), total=total, shortage={"repeat_up_to": 9}), plenty).needs
        for total in range(1, 40)
    ]
    for smaller, larger in pairwise(found):
        assert all(a.quota <= b.quota for a, b in zip(smaller, larger, strict=True))


@given(st.fixed_dictionaries({name: st.fractions(0, 1, max_denominator=20) for name in SOURCES}), HAVE)
def test_what_is_taken_is_rounded_half_up_and_is_always_there(take: dict[str, Fraction], have: dict[str, int]) -> None:
    wanted = {
        name: (2 * take[name].numerator * sum(have[source] for source in sources) + take[name].denominator)
        // (2 * take[name].denominator)
        for name, sources in SOURCES.items()
    }
    if not any(wanted.values()):
        if any(take.values()):
            with pytest.raises(DataError, match="take comes out as no distinct rows at all"):
                quotas(PATH, mixture(take=take), have)
        return
    asked = quotas(PATH, mixture(take=take), have)
    assert asked.quotas == wanted
    assert met(asked, have)
    assert adds_up(asked)
    assert asked.shares == {name: Fraction(count, asked.total) for name, count in wanted.items()}
    assert sum(asked.shares.values()) == 1


def test_taking_evenly_may_need_more_than_a_source_has() -> None:
    have = {"a": 10, "b": 90, "c": 1, "d": 1, "e": 1}
    with pytest.raises(
        DataError, match="source 'a': have 10 distinct rows, need 25; take less or add sources, or allow"
    ):
        quotas(PATH, mixture("equal", take={"general": 0.5, "medical": 1, "long": 1}), have)
    asked = quotas(PATH, mixture("equal", take={"general": 0.5, "medical": 1, "long": 1}, shortage="shrink"), have)
    assert asked.requested == 53
    assert asked.quotas == webster(asked.shares, asked.total)
    assert {need.source: need.quota for need in asked.needs}["a"] == 10


def test_all_of_it_is_all_of_it() -> None:
    have = {"a": 7, "b": 1, "c": 0, "d": 5, "e": 3}
    asked = quotas(PATH, mixture(take=dict.fromkeys(SOURCES, 1)), have)
    assert {need.source: need.quota for need in asked.needs} == have


def test_counts_shrink_in_their_ratio() -> None:
    have = {"a": 10**6, "b": 10**6, "c": 50, "d": 50, "e": 0}
    asked = quotas(PATH, mixture(counts={"general": 3000, "medical": 1000, "long": 0}, shortage="shrink"), have)
    assert asked.quotas == {"general": 302, "medical": 100, "long": 0}  # the next row would go to the short one
    assert (asked.total, asked.requested) == (402, 4000)
    assert asked.shares["general"] == Fraction(3, 4)


def test_shrinking_does_not_do_without_a_source() -> None:
    have = {"a": 10, "b": 10, "c": 10, "d": 10, "e": 0}
    shares = {"general": 0.4, "medical": 0.4, "long": 0.2}
    with pytest.raises(DataError) as caught:
        quotas(PATH, mixture(shares=shares, total=100, shortage="shrink"), have)
    assert str(caught.value) == (
        "mix.yaml: too few rows\n  component 'long', source 'e': have 0 distinct rows, need 20; "
        "lower the total or add sources"
    )
    asked = quotas(PATH, mixture(shares=shares | {"medical": 0.6, "long": 0}, total=20, shortage="shrink"), have)
    assert asked.total == 20


@pytest.mark.parametrize(("unit", "noun"), [("tokens", "tokens"), ("trainable_tokens", "trainable tokens")])
def test_quotas_are_of_tokens_where_the_unit_is(unit: str, noun: str) -> None:
    have = {"a": 3_000_000_000, "b": 1_000_000_000, "c": 900, "d": 100, "e": 50_000}
    keys: dict[str, object] = {"unit": unit, "tokenizer": {"path": "models/mine"}}
    shares = {"general": "0.5", "medical": 0, "long": "0.5"}
    asked = quotas(PATH, mixture(shares=shares, total=100_000, **keys), have)
    assert {need.source: need.quota for need in asked.needs} == {"a": 37_500, "b": 12_500, "c": 0, "d": 0, "e": 50_000}
    with pytest.raises(DataError) as caught:
        quotas(PATH, mixture(shares=shares, total=200_000, **keys), have)
    assert str(caught.value) == (
        f"mix.yaml: too few {noun}\n  component 'long', source 'e': have 50,000 {noun}, need 100,000; lower the total "
        "or add sources, or allow a smaller total: shortage: shrink, or repetition: shortage: {repeat_up_to: 2}"
    )
    asked = quotas(PATH, mixture(shares=shares, total=10**12, shortage="shrink", **keys), have)
    assert asked.quotas == {"general": 50_000 + 1, "medical": 0, "long": 50_000}


@pytest.mark.usefixtures("two_sources")
def test_a_build_shrinks(tmp_path: Path, write_mixture: Callable[..., Path]) -> None:
    built = build(write_mixture(total=5000, shortage="shrink"), tmp_path / "out").manifest
    assert {name: content["quota"] for name, content in built["components"].items()} == {"general": 100, "medical": 100}
    assert (built["requested"], built["total"]) == (5000, 200)
