"""Letters, depths and kinds are balanced by design."""

from collections import Counter

import pytest

from medlong.exam import design, formulary
from medlong.exam.bank import Bank, Item, Page

SHELVES = design.shelves(formulary.build(), seed=0)


def test_every_item_is_seated_once():
    seated = [seat.item.id for shelf in SHELVES for seat in shelf.seats]
    assert sorted(seated) == sorted(item.id for item in formulary.build().items)


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_each_block_of_three_shelves_holds_every_kind_letter_and_fifth_once(seed):
    shelves = design.shelves(formulary.build(), seed)
    assert len(shelves) % 3 == 0
    for start in range(0, len(shelves), 3):
        cells = Counter(
            (seat.item.kind, seat.answer_index, seat.fifth)
            for shelf in shelves[start : start + 3]
            for seat in shelf.seats
        )
        assert len(cells) == 3 * 4 * 5
        assert set(cells.values()) == {1}


def test_the_designed_depth_lies_in_its_fifth():
    for shelf in SHELVES:
        for seat in shelf.seats:
            assert seat.fifth / 5 <= seat.depth < (seat.fifth + 1) / 5


def test_the_answer_stands_at_its_letter_and_no_option_is_lost():
    for shelf in SHELVES:
        for seat in shelf.seats:
            assert seat.options[seat.answer_index] == seat.item.answer
            assert sorted(seat.options) == sorted([seat.item.answer, *seat.item.distractors])


def test_members_of_a_group_sit_on_one_shelf():
    where = {}
    for shelf in SHELVES:
        for seat in shelf.seats:
            where.setdefault(seat.item.group, set()).add(shelf.name)
    assert all(len(shelves) == 1 for shelves in where.values())


def test_another_seed_seats_otherwise():
    other = design.shelves(formulary.build(), seed=1)
    assert [seat.item.id for seat in other[0].seats] != [seat.item.id for seat in SHELVES[0].seats]


def test_options_of_a_fixed_order_stay_and_keep_their_letter(long_pages):
    seats = [seat for shelf in design.shelves(long_pages, 0) for seat in shelf.seats]
    fixed = [seat for seat in seats if seat.item.fixed_order]
    assert len(fixed) == 48
    for seat in fixed:
        assert seat.options == seat.item.written == ("91 mg", "3 mg", "92 mg", "all of the above")
        assert seat.answer_index == 1


def test_without_groups_items_sit_in_fours_of_one_kind_as_they_come(long_pages):
    shelves = design.shelves(long_pages, 0)
    groups = [group for shelf in shelves for group in shelf.groups]
    assert {len(group) for group in groups} == {4}
    assert all(len({seat.item.fixed_order for seat in group}) == 1 for group in groups)
    movable = Counter(seat.answer_index for group in groups for seat in group if not seat.item.fixed_order)
    assert movable == {0: 36, 1: 36, 2: 36, 3: 36}


def test_members_of_a_group_that_ask_about_one_page_share_its_depth(long_pages):
    for shelf in design.shelves(long_pages, 0):
        for group in shelf.groups:
            depths = {}
            for seat in group:
                depths.setdefault(seat.item.gold, set()).add((seat.fifth, seat.depth))
            assert all(len(found) == 1 for found in depths.values())


@pytest.mark.parametrize("options", [2, 3, 5])
def test_letters_are_balanced_over_shelves_where_they_do_not_come_round_in_a_group(options):
    items = tuple(
        Item(f"q{n}", "kind", "?", "right", tuple(f"wrong {m}" for m in range(options - 1)), (f"p{n}",))
        for n in range(options * 20)
    )
    bank = Bank("b", "1", "en", tuple(Page(f"p{n}", "x") for n in range(options * 20)), items)
    seats = [seat for shelf in design.shelves(bank, 0) for seat in shelf.seats]
    letters = Counter((seat.answer_index, seat.fifth) for seat in seats)
    assert len(letters) == options * 5
    assert max(letters.values()) - min(letters.values()) <= 2
    assert set(Counter(seat.answer_index for seat in seats).values()) == {20}
