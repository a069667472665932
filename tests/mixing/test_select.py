from hypothesis import given
from hypothesis import strategies as st

from medlong.mixing.select import Message, content_id, identify, normalise, select, training_order

IDS = st.lists(st.text("0123456789abcdef", min_size=4, max_size=8), min_size=1, max_size=60)


def conversation(question: str, answer: str = "Yes.") -> list[Message]:
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


@given(IDS, st.integers(0, 3), st.integers(0, 100), st.integers(0, 100))
def test_a_larger_count_keeps_every_pick(ids: list[str], seed: int, fewer: int, more: int) -> None:
    fewer, more = sorted((fewer, more))
    assert select(ids, "s", seed, more)[:fewer] == select(ids, "s", seed, fewer)


@given(IDS, st.randoms(use_true_random=False))
def test_row_order_and_duplicates_change_nothing(ids: list[str], random: object) -> None:
    shuffled = [*ids, ids[0]]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert select(shuffled, "s", 0, 20) == select(ids, "s", 0, 20)


@given(IDS, st.text("xyz", min_size=1))
def test_another_row_moves_no_other(ids: list[str], new: str) -> None:
    before = [pick.content_id for pick in select(ids, "s", 0, len(set(ids)))]
    after = [pick.content_id for pick in select([*ids, new], "s", 0, len(set(ids)) + 1)]
    assert [cid for cid in after if cid != new] == before


def test_repetition_is_in_whole_passes() -> None:
    picks = select(["a", "b", "c"], "s", 0, 7)
    assert [pick.epoch for pick in picks] == [0, 0, 0, 1, 1, 1, 2]
    assert [pick.content_id for pick in picks[:3]] == [pick.content_id for pick in picks[3:6]]


def test_seed_and_source_choose_differently() -> None:
    ids = [str(n) for n in range(200)]
    chosen = {tuple(pick.content_id for pick in select(ids, *key, 20)) for key in (("s", 0), ("s", 1), ("t", 0))}
    assert len(chosen) == 3


def test_training_order_is_not_selection_order_and_mixes_sources() -> None:
    picks = select(map(str, range(100)), "s", 0, 50) + select(map(str, range(100)), "t", 0, 50)
    ordered = training_order(picks, 0)
    assert ordered != picks
    assert sorted(ordered) == sorted(picks)
    assert 15 < sum(pick.source == "s" for pick in ordered[:50]) < 35
    assert training_order(reversed(picks), 0) == ordered
    assert identify(ordered) != identify(picks)


def test_content_id_ignores_newline_style_and_unicode_form_and_nothing_else() -> None:
    assert content_id(conversation("a\r\nb")) == content_id(conversation("a\nb")) == content_id(conversation("a\rb"))
    assert content_id(conversation("e\u0301")) == content_id(conversation("\u00e9"))
    assert content_id(conversation("a b")) != content_id(conversation("a  b"))
    assert content_id(conversation("a", "b")) != content_id(conversation("b", "a"))
    assert normalise(conversation("e\u0301\r"))[0]["content"] == "\u00e9\n"


def test_content_id_is_pinned() -> None:
    """A change here renames every mixture ever built."""
    assert content_id(conversation("Why?", "So.")).startswith("bfcfa1d1040095a0")
    picks = select([content_id(conversation(str(n))) for n in range(50)], "s", 0, 9)
    assert identify(training_order(picks, 0)) == "d362a8eb2b89d728"
