"""The rows of a mixture, chosen in SQL, against the same rules in a few lines of Python."""

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medlong.errors import DataError
from medlong.hashing import digest, keyed
from medlong.mixing.choice import Choice
from medlong.mixing.choose import CHOSEN, DROPS, ORDER, SELECTION, WANTED, choose
from medlong.mixing.content import content_id
from medlong.mixing.origin import Origin
from medlong.mixing.pieces import Piece, Tally
from medlong.mixing.spec import Mixture, Source
from medlong.mixing.survey import Surveyed, _write

Row = tuple[str, int]
"""What a row says, and its tokens."""


class Pick(NamedTuple):
    source: str
    content_id: str
    epoch: int


def cid(text: str) -> str:
    return text if len(text) == 64 else sha256(text.encode()).hexdigest()


def surveyed(folder: Path, source: str, rows: Sequence[Row], bad: int = 0) -> Surveyed:
    """Write what a survey of one piece would have found."""
    origin = Origin(source, Source(files=["x.jsonl"], format="qa", licence="MIT"), folder / "mix.yaml")
    path = folder / f"{source}-{len(list(folder.iterdir()))}.parquet"
    columns: dict[str, list[Any]] = {
        "row": list(range(len(rows))),
        "cid": [bytes.fromhex(cid(text)) for text, _ in rows],
        "characters": [len(text) for text, _ in rows],
        "tokens": [size for _, size in rows],
        "trainable_tokens": [size // 2 for _, size in rows],
        "prompt": [text[:1].encode() for text, _ in rows],
        "pair": [text.lower().encode() for text, _ in rows],
    }
    columns |= dict.fromkeys(("reason", "dropped", "facts", "line", "signature"), [None] * len(rows))
    _write(path, [columns])
    piece = Piece(origin=origin, number=0, path=None, start=0, end=None, size=0)
    return Surveyed(piece, path, path.with_suffix(".rejects"), Tally(len(rows), bad, ()), bad)


def mixture(components: Mapping[str, list[str]], **rest: Any) -> Mixture:
    tokens = {"tokenizer": {"path": "."}} if rest.get("unit", "examples") != "examples" else {}
    return Mixture.model_validate(
        {"medlong_mixture": 1, "name": "x", "components": {n: {"sources": s} for n, s in components.items()}}
        | tokens
        | rest
    )


def chosen(folder: Path) -> list[Pick]:
    table = pq.read_table(folder / CHOSEN).to_pylist()
    assert [row["position"] for row in table] == list(range(len(table)))
    return [Pick(row["source"], row["cid"].hex(), row["epoch"]) for row in table]


def in_order(rows: Sequence[Row], source: str, seed: int) -> list[Row]:
    return sorted(set(rows), key=lambda row: (keyed(SELECTION, seed, source, cid(row[0])), cid(row[0])))


def prefix(rows: Sequence[Row], source: str, seed: int, quota: int, sized: bool) -> list[Pick]:
    """Take rows in keyed order, pass after pass, until the next one would move further from the quota."""
    order, taken, picks = in_order(rows, source, seed), 0, []
    for n in count():
        text, tokens = order[n % len(order)]
        size = tokens if sized else 1
        if (taken >= quota and size) or abs(taken + size - quota) > abs(taken - quota) or n > 10_000:
            return picks
        picks.append(Pick(source, cid(text), n // len(order)))
        taken += size
    raise AssertionError


def trained(picks: Sequence[Pick], seed: int) -> list[Pick]:
    return sorted(picks, key=lambda pick: (keyed(ORDER, seed, *pick), pick))


texts = st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=25)


def rows_of(prefix: str, found: Sequence[str]) -> list[Row]:
    return [(prefix + text, 1 + keyed(text) % 50) for text in found]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts, texts, st.integers(0, 3), st.integers(0, 3), st.integers(1, 400), st.booleans(), st.integers(1, 3))
def test_choice_is_what_the_rules_say(
    tmp_path_factory: pytest.TempPathFactory, a: list[str], b: list[str], seed: int, order: int, total: int,
    sized: bool, shards: int,
) -> None:  # fmt: skip
    folder = tmp_path_factory.mktemp("choose")
    rows = {"a": rows_of("a", a), "b": rows_of("b", b)}
    found = [surveyed(folder, name, part) for name in rows for part in (rows[name][n::shards] for n in range(shards))]
    wanted = mixture(
        {"x": ["a"], "y": ["b"]}, seed=seed, training_seed=order, shares={"x": "1/3", "y": "2/3"}, total=total,
        unit="tokens" if sized else "examples", shortage={"repeat_up_to": 400},
    )  # fmt: skip
    quotas = {"a": max(0, round(Fraction(total, 3))), "b": total - round(Fraction(total, 3))}
    expected = [pick for name in rows for pick in prefix(rows[name], name, seed, quotas[name], sized)]
    if not expected:
        with pytest.raises(DataError, match="no row fits"):
            choose(folder / "mix.yaml", wanted, found, folder)
        return
    choice = choose(folder / "mix.yaml", wanted, found, folder)
    picks = chosen(folder)
    assert picks == trained(expected, order)
    assert choice.mixture_id == digest(["messages-v1", [pick.content_id for pick in picks]])[:16]
    assert choice.examples == len(picks)
    for name in rows:
        mine = [pick for pick in picks if pick.source == name]
        assert choice.taken[name].examples == len(mine)
        assert choice.taken[name].max_repeats == max((pick.epoch + 1 for pick in mine), default=0)
        sizes = {cid(text): size for text, size in rows[name]}
        assert choice.taken[name].lengths.tokens == sum(sizes[pick.content_id] for pick in mine)
        assert choice.stocks[name].available == len(rows[name])
        assert choice.stocks[name].sha256 == digest(sorted(sizes))
    listed = pq.read_table(folder / WANTED).to_pylist()
    assert [(row["piece"], row["row"], row["position"]) for row in listed] == sorted(
        (row["piece"], row["row"], row["position"]) for row in listed
    )
    assert {(row["position"], row["cid"].hex()) for row in listed} == {(n, p.content_id) for n, p in enumerate(picks)}
    flat = [part for name in rows for part in (rows[name][n::shards] for n in range(shards))]
    assert all(cid(flat[row["piece"]][row["row"]][0]) == row["cid"].hex() for row in listed)


def choice_of(folder: Path, rows: Mapping[str, Sequence[Row]], **rest: Any) -> Choice:
    found = [surveyed(folder, name, part) for name, part in rows.items()]
    return choose(folder / "mix.yaml", mixture({name: [name] for name in rows}, **rest), found, folder)


def test_a_shared_row_is_kept_by_the_component_that_comes_first_or_is_said_to(tmp_path: Path) -> None:
    rows = {"a": [("s", 1), ("t", 1)], "b": [("s", 1), ("t", 1), ("u", 1)]}
    choice = choice_of(tmp_path, rows, counts={"a": 1, "b": 1})
    assert [choice.stocks[name].duplicates for name in "ab"] == [0, 2]
    choice = choice_of(tmp_path, rows, counts={"a": 0, "b": 3}, dedup={"priority": ["b"]})
    assert [choice.stocks[name].duplicates for name in "ab"] == [2, 0]


def test_rows_alike_but_for_case_count_once_when_asked(tmp_path: Path) -> None:
    rows = {"a": [("Xy", 1), ("z", 1)], "b": [("xy", 1), ("w", 1), ("W", 1)]}
    choice = choice_of(tmp_path, rows, counts={"a": 2, "b": 1}, dedup={"key": "normalised_pair"})
    assert [dict(choice.stocks[name].dropped) for name in "ab"] == [{}, {"same_pair": 2}]
    drops = [json.loads(line) for line in (tmp_path / DROPS).open()]
    assert [(drop["source"], drop["reason"], drop["dropped"]) for drop in drops] == [("b", "same_pair", True)] * 2
    assert {drop["kept"] for drop in drops} == {cid("Xy"), min(cid("w"), cid("W"))}


def test_prompts_with_several_answers_are_counted_or_answered_once(tmp_path: Path) -> None:
    rows = {"a": [("p1", 1), ("p2", 1), ("q", 1)], "b": [("p3", 1), ("r", 1)]}
    choice = choice_of(tmp_path, rows, counts={"a": 3, "b": 2})
    assert choice.same_prompt == (1, 3)
    choice = choice_of(tmp_path, rows, counts={"a": 2, "b": 1}, dedup={"same_prompt": "drop"})
    assert choice.same_prompt == (0, 0)
    assert [dict(choice.stocks[name].dropped) for name in "ab"] == [{"same_prompt": 1}, {"same_prompt": 1}]


@settings(max_examples=15, deadline=None)
@given(texts, st.lists(st.integers(1, 300), min_size=2, max_size=4), st.sampled_from(["tokens", "trainable_tokens"]))
def test_a_larger_quota_of_tokens_keeps_every_pick(
    tmp_path_factory: pytest.TempPathFactory, found: list[str], totals: list[int], unit: str
) -> None:
    before: set[Pick] = set()
    for total in sorted(totals):
        folder = tmp_path_factory.mktemp("nested")
        try:
            choice_of(folder, {"a": rows_of("", found)}, shares={"a": 1}, total=total, unit=unit,
                      shortage={"repeat_up_to": 400})  # fmt: skip
        except DataError:
            assert not before
            continue
        assert before <= set(chosen(folder))
        before = set(chosen(folder))


def test_bands_add_up(tmp_path: Path) -> None:
    rows = {"a": [(f"r{n}", size) for n, size in enumerate((1, 512, 513, 2048, 9000, 40000))]}
    choice = choice_of(tmp_path, rows, shares={"a": 1}, total=52_074, unit="tokens")
    taken = choice.taken["a"]
    assert [band.examples for band in taken.bands] == [2, 2, 1, 1]
    assert [band.lengths.tokens for band in taken.bands] == [513, 2561, 9000, 40000]
    assert (taken.examples, taken.lengths.tokens) == (6, 52_074)


def test_a_table_of_a_survey_has_every_column(tmp_path: Path) -> None:
    found = surveyed(tmp_path, "a", [("x", 1)])
    assert pq.read_schema(found.rows).field("tokens").type == pa.int64()


def test_the_id_is_pinned(tmp_path: Path) -> None:
    """A change here renames every mixture ever built."""
    rows = [
        (content_id([{"role": "user", "content": str(n)}, {"role": "assistant", "content": "Yes."}]), 1)
        for n in range(50)
    ]
    assert choice_of(tmp_path, {"s": rows}, counts={"s": 9}).mixture_id == "d362a8eb2b89d728"


def test_seeds_and_sources_choose_differently_and_sources_are_mixed_evenly(tmp_path: Path) -> None:
    rows = {name: [(f"{name}{n}", 1) for n in range(100)] for name in "st"}
    picks = {}
    for seed in (0, 1):
        folder = tmp_path / str(seed)
        folder.mkdir()
        choice_of(folder, rows, counts={"s": 50, "t": 50}, seed=seed)
        picks[seed] = chosen(folder)
        assert 15 < sum(pick.source == "s" for pick in picks[seed][:50]) < 35
    assert set(picks[0]) != set(picks[1])
    same = {name: [(str(n), 1) for n in range(100)] for name in "s"} | {"t": [(str(n), 1) for n in range(100)]}
    numbers = []
    for name in "st":
        folder = tmp_path / name
        folder.mkdir()
        choice_of(folder, {name: same[name]}, counts={name: 20})
        numbers.append({pick.content_id for pick in chosen(folder)})
    assert numbers[0] != numbers[1]
