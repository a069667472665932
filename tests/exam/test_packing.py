"""Books fill their length, never more, nest over lengths, and keep gold pages in their place."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medlong.exam import design, formulary
from medlong.exam.packing import FIT_WINDOW, LADDER, Costs, Packer, fill

COSTS = st.lists(st.integers(1, 60), max_size=12)


@given(gap=st.integers(-5, 400), costs=COSTS)
def test_fill_is_never_over_and_takes_no_page_twice(gap, costs):
    chosen = fill(gap, [(str(i), cost) for i, cost in enumerate(costs)])
    assert len(set(chosen)) == len(chosen)
    assert sum(costs[int(page)] for page in chosen) <= max(gap, 0)


@settings(max_examples=60)
@given(gap=st.integers(1, 59), costs=st.lists(st.integers(1, 60), min_size=1, max_size=8))
def test_the_last_gap_is_filled_by_the_best_subset_of_the_next_pages(gap, costs):
    costs = [*costs, 60]  # a page that long keeps all of the gap for the last step
    best = max(sum(s) for n in range(len(costs) + 1) for s in combinations(costs, n) if sum(s) <= gap)
    chosen = fill(gap, [(str(i), cost) for i, cost in enumerate(costs)])
    assert len(costs) <= FIT_WINDOW
    assert sum(costs[int(page)] for page in chosen) == best


@pytest.fixture(scope="module")
def packer():
    bank = formulary.build()
    pages = {page.id: len(page.text) // 4 for page in bank.pages}
    tails = {item.id: 100 + len(item.question) // 4 for item in bank.items}
    return Packer(bank, design.shelves(bank, 0), Costs(pages, tails, 50), 0)


LENGTHS = LADDER[:7]


@pytest.mark.parametrize("length", [*LENGTHS, 3000])
def test_no_book_is_over_its_length_and_gold_pages_are_in(packer, length):
    for book in packer.books(length):
        longest = max(packer.costs.tail[seat.item.id] for seat in book.seats)
        assert packer.costs.fixed + longest + sum(packer.costs.page[page] for page in book.pages) <= length
        assert len(set(book.pages)) == len(book.pages)
        for seat in book.seats:
            assert set(seat.item.gold) <= set(book.pages)


@pytest.mark.parametrize("length", [8192, 16384, 32768, 65536])
def test_long_books_are_full_to_the_token_and_hold_twenty_items(packer, length):
    for shelf, book in zip(packer.shelves, packer.books(length), strict=True):
        groups = shelf.groups
        assert sum(packer.costs.page[page] for page in book.pages) >= packer.room(shelf, length, groups) - 2
        assert len(book.seats) == 20


def test_the_fillers_of_a_shorter_book_are_in_the_longer_one(packer):
    for shorter, longer in pairwise(LENGTHS):
        held = {seat.item.id: set(book.pages) for book in packer.books(longer) for seat in book.seats}
        for book in packer.books(shorter):
            for seat in book.seats:
                assert set(book.pages) <= held[seat.item.id]


@pytest.mark.parametrize(("length", "worst"), [(8192, 0.2), (32768, 0.05)])
def test_gold_pages_stand_at_their_designed_depth(packer, length, worst):
    for book in packer.books(length):
        for seat in book.seats:
            assert abs(packer.depth(book, seat.item.gold[0]) - seat.depth) <= worst


def test_the_pages_of_the_distractors_are_in_every_book_that_has_room(packer):
    missing = sum(not set(seat.item.near) <= set(book.pages) for book in packer.books(2048) for seat in book.seats)
    assert missing == 0


def test_lengths_of_one_task_are_staggered_so_that_a_book_stays_together_in_length_order(packer):
    sizes = [sum(packer.costs.page[page] for page in book.pages) for book in packer.books(32768)]
    gaps = [before - after for before, after in pairwise(sizes)]
    assert min(gaps) > 40
    assert sizes[0] - sizes[-1] <= 0.05 * 32768 + 50


def test_asking_for_another_length_first_changes_nothing(packer):
    fresh = Packer(packer.bank, packer.shelves, packer.costs, packer.seed)
    assert fresh.books(2048) == packer.books(2048)
