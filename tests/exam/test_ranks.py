"""Books stay whole when lm_eval deals documents out to several processes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medlong.exam import tasks
from medlong.exam.ranks import in_hands, processes


@given(st.lists(st.integers(0, 6), max_size=60), st.integers(1, 5))
def test_dealing_gives_each_hand_whole_books_but_for_the_seams(books, hands):
    items = list(enumerate(books))
    dealt = in_hands(items, lambda item: str(item[1]), hands)
    assert sorted(dealt) == items
    holders = {}
    for place, (_, book) in enumerate(dealt):
        holders.setdefault(book, set()).add(place % hands)
    assert sum(len(holding) - 1 for holding in holders.values()) <= hands - 1


def test_one_process_keeps_the_order_of_the_exam():
    items = ["b1", "a1", "b2"]
    assert in_hands(items, lambda item: item[0], 1) == items


@pytest.mark.parametrize(("text", "number"), [("4", 4), ("0", 1), ("", 1), ("many", 1)])
def test_how_many_processes_there_are_is_what_the_launcher_says(monkeypatch, text, number):
    monkeypatch.setenv("WORLD_SIZE", text)
    assert processes() == number


def test_a_task_under_a_launcher_deals_each_book_to_one_process(monkeypatch, tiny_model):
    alone = tasks.load(arm="004k", scoring="letter", pretrained=str(tiny_model))["test"]
    monkeypatch.setenv("WORLD_SIZE", "2")
    shared = tasks.load(arm="004k", scoring="letter", pretrained=str(tiny_model))["test"]
    assert sorted(shared["id"]) == sorted(alone["id"])
    ours, theirs = set(shared["book"][::2]), set(shared["book"][1::2])
    assert len(ours & theirs) <= 1
    assert len(ours) > 3
