from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medlong.mixing.bands import BOUNDS, band, labels

RISING = st.lists(st.integers(1, 10**6), min_size=1, max_size=6, unique=True).map(lambda found: tuple(sorted(found)))


@pytest.mark.parametrize(
    ("length", "label"),
    [
        (0, "up to 512"),
        (512, "up to 512"),
        (513, "513 to 2048"),
        (2048, "513 to 2048"),
        (8192, "2049 to 8192"),
        (32768, "8193 to 32768"),
        (32769, "over 32768"),
        (10**9, "over 32768"),
    ],
)
def test_a_bound_is_the_longest_of_its_band(length: int, label: str) -> None:
    assert band(length, BOUNDS["tokens"]) == label


@given(RISING, st.integers(0, 2 * 10**6))
def test_every_length_is_in_the_band_that_its_name_says(bounds: tuple[int, ...], length: int) -> None:
    names = labels(bounds)
    assert len(set(names)) == len(bounds) + 1
    edges = [-1, *bounds, 10**9]
    places = [n for n, (low, high) in enumerate(pairwise(edges)) if low < length <= high]
    assert [names[n] for n in places] == [band(length, bounds)]
