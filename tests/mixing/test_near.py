import gzip
import hashlib
import json
import pickle
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medlong.errors import MissingPackageError
from medlong.mixing import near
from medlong.mixing.content import Message
from medlong.mixing.near import (
    NearRow,
    NearSpec,
    bands,
    jaccard,
    layout,
    near_duplicates,
    pair_key,
    prompt_key,
    shingles,
    signature,
)

for package in ("datasketch", "duckdb", "pyarrow"):
    pytest.importorskip(package)

DATA = Path(__file__).parents[3] / "shared" / "data" / "sft"


def pair(question: str, answer: str) -> list[Message]:
    return [Message(role="user", content=question), Message(role="assistant", content=answer)]


def words(seed: int, count: int) -> str:
    draw = random.Random(seed)
    return " ".join(f"w{draw.randrange(10**6)}" for _ in range(count))


def changed(text: str, at: list[int]) -> str:
    found = text.split()
    for n in at:
        found[n] = f"other{n}"
    return " ".join(found)


def exact(a: list[Message], b: list[Message]) -> float:
    one, two = shingles(a), shingles(b)
    return len(one & two) / len(one | two)


TEXTS = st.lists(
    st.tuples(st.integers(0, 5), st.lists(st.integers(0, 59), max_size=2), st.integers(0, 2)), min_size=1, max_size=25
)


def rows_of(drawn: list[tuple[int, list[int], int]]) -> list[NearRow]:
    """Copies of six texts, of which up to two words of sixty are changed."""
    return [
        (f"id{n:02}", priority, signature(pair("Which?", changed(words(seed, 60), at))))
        for n, (seed, at, priority) in enumerate(drawn)
    ]


@settings(max_examples=25, deadline=None)
@given(TEXTS, st.randoms(use_true_random=False))
def test_what_goes_depends_on_no_order(drawn: list[tuple[int, list[int], int]], order: random.Random) -> None:
    rows = rows_of(drawn)
    found = near_duplicates(rows, 0.7)
    order.shuffle(rows)
    assert near_duplicates(rows, 0.7) == found
    priority = {row: (rank, row) for row, rank, _ in rows}
    for dropped, kept in found.items():
        assert kept not in found
        assert priority[kept] < priority[dropped]


@settings(max_examples=25, deadline=None)
@given(TEXTS)
def test_a_row_goes_when_a_better_one_is_near_it(drawn: list[tuple[int, list[int], int]]) -> None:
    rows = rows_of(drawn)
    meet = {
        (a[0], b[0])
        for a in rows
        for b in rows
        if (a[1], a[0]) < (b[1], b[0]) and set(bands(a[2], 0.7)) & set(bands(b[2], 0.7)) and jaccard(a[2], b[2]) >= 0.7
    }
    assert set(near_duplicates(rows, 0.7)) == {worse for _, worse in meet}


@settings(max_examples=30, deadline=None)
@given(st.text(), st.text(), st.sampled_from([0.3, 0.8, 1.0]))
def test_identical_texts_are_always_found(question: str, answer: str, threshold: float) -> None:
    own = signature(pair(question, answer))
    assert near_duplicates([("b", 0, own), ("a", 0, own), ("c", -1, own)], threshold) == {"a": "c", "b": "c"}


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 400), st.integers(1, 400))
def test_unrelated_texts_never_are(seed: int, one: int, two: int) -> None:
    rows = [("a", 0, signature(pair(words(seed, one), "a"))), ("b", 0, signature(pair(words(seed + 1, two), "b")))]
    assert near_duplicates(rows, 0.3) == {}


def test_case_width_and_white_space_change_nothing() -> None:
    plain = pair("What is it?", "The kidney\nfilters blood.")
    other = pair(" what IS  it?", "The Kidney filters\r\n blood. ")
    system = Message(role="system", content="Be kind.")
    assert signature(plain) == signature(other) == signature([system, *other])
    assert pair_key(plain) == pair_key(other) == pair_key([system, *other])
    assert pair_key(plain) != pair_key(list(reversed(plain)))
    assert pair_key(pair("a b", "c")) != pair_key(pair("a", "b c"))


def test_a_prompt_is_all_before_the_last_answer() -> None:
    plain = pair("What is it?", "The kidney filters blood.")
    system = Message(role="system", content="Be kind.")
    assert prompt_key(plain) == prompt_key(pair(" what IS  it?", "Nobody knows.")) == prompt_key([system, *plain])
    assert prompt_key(plain) != prompt_key(pair("What is that?", "The kidney filters blood."))
    longer = [*plain, *pair("And then?", "Urine.")]
    assert prompt_key(longer) == prompt_key([*plain, *pair("and then?", "No idea.")])
    assert prompt_key(longer) != prompt_key(plain)
    assert prompt_key(longer) != prompt_key([*pair("What is it?", "A liver."), *pair("And then?", "Urine.")])
    assert prompt_key(longer) == prompt_key([*longer, Message(role="user", content="Thanks")])


def test_scripts_without_spaces_are_shingled_by_character() -> None:
    text = "肾脏过滤血液并把废物随尿液排出体外每天产生大约一到两升尿液"
    whole, cut = pair("问", text), pair("问", text[:-1])
    assert len(shingles(whole)) == len(text) + 3 - near.SHINGLE
    assert exact(whole, cut) > 0.8
    assert near_duplicates([("a", 0, signature(whole)), ("b", 0, signature(cut))], 0.6) == {"b": "a"}


def test_marks_alone_are_text_too() -> None:
    assert signature(pair("?!", "...")) != signature(pair("??", "..."))


def test_a_chain_ends_at_the_row_that_stays() -> None:
    text = words(0, 100)
    a, b, c = (signature(pair("q", changed(text, at))) for at in ([], [10, 50], [10, 50, 70, 90]))
    assert jaccard(a, c) < 0.75 <= min(jaccard(a, b), jaccard(b, c))
    assert near_duplicates([("c", 0, c), ("b", 0, b), ("a", 0, a)], 0.75) == {"b": "a", "c": "a"}


def test_bands_find_pairs_at_the_threshold() -> None:
    for threshold in (0.3, 0.5, 0.8, 0.9, 1.0):
        count, width = layout(threshold)
        assert count * width <= near.PERMUTATIONS
        assert 1 - (1 - threshold**width) ** count >= near.FOUND
    assert layout(0.8) == (21, 6)
    own = signature(pair("q", "a"))
    assert len(own) == 512
    assert len(set(bands(own))) == 21


def test_the_estimate_is_near_the_truth() -> None:
    errors = []
    for seed in range(60):
        text = words(seed, 200)
        one, two = pair("q", text), pair("q", changed(text, list(range(seed % 20))))
        errors.append(jaccard(signature(one), signature(two)) - exact(one, two))
    assert abs(sum(errors) / len(errors)) < 0.02
    assert max(map(abs, errors)) < 0.16


def test_a_signature_is_the_same_everywhere() -> None:
    row = pair("What do the kidneys do?", "They filter the blood. 肾脏过滤血液。")
    code = (
        "import sys, pickle; from medlong.mixing.near import signature; "
        "sys.stdout.buffer.write(signature(pickle.loads(sys.stdin.buffer.read())))"
    )
    other = subprocess.run(
        [sys.executable, "-c", code],
        input=pickle.dumps(row),
        capture_output=True,
        check=True,
        cwd=Path(near.__file__).parents[2],
        env={"PYTHONHASHSEED": "7", "PATH": "/usr/bin:/bin"},
    )
    assert other.stdout == signature(row)
    assert hashlib.sha256(signature(row)).hexdigest()[:16] == "7efe4ffcdd522548"


def test_an_id_twice_is_refused() -> None:
    own = signature(pair("q", "a"))
    with pytest.raises(ValueError, match="'a' is given twice"):
        near_duplicates([("a", 0, own), ("a", 1, own)], 0.8)


def test_no_rows_no_scratch_left(tmp_path: Path) -> None:
    assert near_duplicates([], 0.8, scratch=tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


def test_little_memory_and_small_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of([(n % 150, [n % 60], n % 3) for n in range(600)])
    rows = [(f"{n:04}", *row[1:]) for n, row in enumerate(rows)]
    found = near_duplicates(rows, 0.8)
    assert len(found) > 300
    monkeypatch.setattr(near, "BATCH", 7)
    monkeypatch.setattr(near, "BLOCK", 2)
    assert near_duplicates(rows, 0.8, memory="100MB") == found


def test_missing_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near, "find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match=r"needs duckdb, pyarrow, numpy: pip install 'medlong\[mix\]'"):
        near_duplicates([], 0.8)


def test_the_section() -> None:
    assert NearSpec().jaccard == 0.8
    with pytest.raises(ValueError, match=r"greater than or equal to 0\.3"):
        NearSpec(jaccard=0.1)


@pytest.fixture
def alpaca() -> Callable[[str], list[list[Message]]]:
    def read(name: str) -> list[list[Message]]:
        if not (DATA / name).exists():
            pytest.skip(f"{name} is not in the data beside the repository")
        records = json.loads((DATA / name).read_text(encoding="utf-8"))
        return [
            pair(f"{r['instruction']}\n\n{r.get('input', '')}".strip(), r.get("output", r.get("response")))
            for r in records
        ]

    return read


def test_one_source_under_two_names(alpaca: Callable[[str], list[list[Message]]]) -> None:
    one, two = alpaca("gpteacher/codegen-instruct.json"), alpaca("codealpaca/new_codealpaca.json")
    assert len({pair_key(row) for row in one} & {pair_key(row) for row in two}) == 4535


def test_duplicates_of_medquad() -> None:
    path = DATA / "medquad_answered" / "medquad_answered.jsonl.gz"
    if not path.exists():
        pytest.skip("medquad_answered is not in the data beside the repository")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [pair(row["question"], row["answer"]) for row in map(json.loads, file)]
    keys = {pair_key(row): prompt_key(row) for row in rows}
    assert len(rows) - len(keys) == 48
    several = [count for count in Counter(keys.values()).values() if count > 1]
    assert (len(several), sum(several)) == (1396, 3410)


def test_near_duplicates_of_codealpaca(alpaca: Callable[[str], list[list[Message]]]) -> None:
    rows = alpaca("codealpaca/new_codealpaca.json") + alpaca("codealpaca/code_alpaca_2k.json")
    found = near_duplicates([(f"{n:05}", 0, signature(row)) for n, row in enumerate(rows)], 0.8)
    print(f"near duplicates in codealpaca at 0.8: {len(found)}")
    assert len(found) == 2
    assert all(exact(rows[int(dropped)], rows[int(kept)]) > 0.7 for dropped, kept in found.items())
