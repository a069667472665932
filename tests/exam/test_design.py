"""Letters, depths and kinds are balanced by design."""

from collections import Counter

import pytest

from medlong.exam import design, formulary

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
