import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medlong.config import load_yaml
from medlong.errors import ConfigError, DataError
from medlong.exam.prompts import WORDING
from medlong.mixing.apportion import webster
from medlong.mixing.build import build
from medlong.mixing.content import Message, content_id, normalise
from medlong.mixing.formats import check_turns
from medlong.mixing.passages import Ground, ground, opening, terms
from medlong.mixing.pieces import rows
from medlong.mixing.sources import resolve
from medlong.mixing.spec import Mixture
from medlong.mixing.synthesis import Made, SynthSpec, by_characters, depth_fifth, distractor_qa
from medlong.mixing.wordings import CHINESE, ENGLISH

REAL = Path(__file__).parents[3] / "shared" / "data" / "sft"
MIXTURES = Path(__file__).parents[2] / "mixtures"
HEADING = re.compile(r"^(?:Passage|Text|Document|Extract|材料|段落|文献) ?(\d+)$", re.M)


class Tokens(NamedTuple):
    tokens: int


def by_words(messages: Sequence[Message]) -> Tokens:
    """A counter with a template of six tokens a turn, for which line breaks in a row are one token."""
    return Tokens(sum(6 + len(re.findall(r"\w+|[^\w\s]|\n+", turn["content"])) for turn in messages))


def spec(**changes: Any) -> SynthSpec:
    return SynthSpec.model_validate({"synth": "distractor_qa", "from": "base", "target_tokens": [400, 800]} | changes)


def pair(question: str, answer: str) -> list[Message]:
    return [Message(role="user", content=question), Message(role="assistant", content=answer)]


def source(count: int, start: int = 0) -> list[Ground]:
    """Rows about things called q0x, q1x, ...; lengths from one sentence to a dozen."""
    found = []
    for n in range(start, start + count):
        filler = " ".join(f"Part {step} weighs {n * step % 97} grams and lies to the left." for step in range(n % 12))
        found.append(ground(pair(f"What is known of q{n}x?", f"The q{n}x is number {n} in the list. {filler}")))
    return [each for each in found if each is not None]


def make(grounds: Sequence[Ground], made: SynthSpec | None = None) -> list[Made]:
    return list(distractor_qa(grounds, made or spec(), by_words))


def bodies(row: Made) -> list[str]:
    """The passages of a row in order, read back from its text."""
    content = row.messages[0]["content"]
    parts = HEADING.split(content)
    assert parts[1::2] == [str(n) for n in range(1, row.passages + 1)]
    texts = [part.strip() for part in parts[2::2]]
    if texts and content.endswith(row.gold.question):
        texts[-1] = texts[-1].removesuffix(row.gold.question).strip()
    return texts


GROUNDS = st.builds(lambda count, start: source(count, start), st.integers(0, 60), st.integers(0, 1000))
SPECS = st.builds(
    lambda targets, absent, cite, kindred, most: spec(
        target_tokens=targets, oracle_absent=absent, cite=cite, kindred=kindred, rows=most
    ),
    st.lists(st.integers(256, 1500), min_size=1, max_size=3, unique=True),
    st.sampled_from([0, 0.2, "1/3", 0.5, 1]),
    st.sampled_from([0, 0.5, 1]),
    st.integers(0, 5),
    st.none() | st.integers(1, 40),
)


@settings(max_examples=60, deadline=None)
@given(GROUNDS, SPECS, st.randoms())
def test_every_row_keeps_its_promises(grounds: list[Ground], made: SynthSpec, shuffler: random.Random) -> None:
    found = make(grounds, made)
    for row in found:
        check_turns(row.messages, "row")
        assert row.messages == normalise(row.messages)
        assert by_words(row.messages).tokens <= row.tokens <= row.target
        assert row.target in made.target_tokens
        texts = bodies(row)
        assert len(set(texts)) == len(texts)
        holding = [n for n, text in enumerate(texts, start=1) if row.gold.answer in text]
        assert holding == ([row.number] if row.number else [])
        assert (row.gold.passage in texts) == (row.number > 0) == (row.fifth >= 0)
        assert row.gold.question in row.messages[0]["content"]
        answer = row.messages[1]["content"]
        assert (row.gold.answer in answer) == (row.number > 0)
        assert (answer in ENGLISH.absent) == (row.number == 0)
    absent = sum(row.number == 0 for row in found)
    assert absent == webster({"absent": made.oracle_absent, "present": 1 - made.oracle_absent}, len(found))["absent"]
    for state in (False, True):
        lengths = Counter(row.target for row in found if (row.number == 0) == state)
        assert max(lengths.values(), default=0) - min((lengths[t] for t in made.target_tokens), default=0) <= 1
    again = [*grounds, *grounds[:7]]
    shuffler.shuffle(again)
    assert make(again, made) == found


def test_depths_are_uniform_over_fifths_at_every_length() -> None:
    found = make(source(400), spec(oracle_absent=0, target_tokens=[2000, 3000]))
    assert len(found) == 400
    for target in (2000, 3000):
        realised, dealt = Counter(), Counter()
        for row in (row for row in found if row.target == target):
            sizes = [by_words(pair(text, "")).tokens for text in bodies(row)]
            rest = sum(sizes) - sizes[row.number - 1]
            realised[depth_fifth(sum(sizes[: row.number - 1]), rest)] += 1
            dealt[row.fifth] += 1
        assert max(dealt.values()) - min(dealt.values()) <= 1
        assert max(realised.values()) - min(realised.values()) <= 10, realised


def test_rows_are_nearly_as_long_as_their_target() -> None:
    found = make(source(400))
    filled = [by_words(row.messages).tokens / row.target for row in found]
    assert min(filled) > 0.85
    assert sum(filled) / len(filled) > 0.93


def test_one_row_more_changes_few_others() -> None:
    before = {row.gold.id: row for row in make(source(600))}
    after = {row.gold.id: row for row in make([*source(600), *source(1, start=5007)])}
    assert len(after) == 601
    share = sum(row.passages for row in before.values()) / 600 / 600
    changed = sum(after[name].messages != row.messages for name, row in before.items())
    moved = sum((after[name].target, after[name].fifth) != (row.target, row.fifth) for name, row in before.items())
    assert moved <= 12
    assert changed <= 12 + 3 * 600 * share
    assert changed < 600 / 5


def test_few_rows_are_a_part_of_many_and_the_pool_bounds_them() -> None:
    every = [row.gold.id for row in make(source(200))]
    some = [row.gold.id for row in make(source(200), spec(rows=50))]
    assert some == every[:50]
    pool = make(source(200), spec(passages=30))
    assert [row.gold.id for row in pool] == every[:30]
    assert {text for row in pool for text in bodies(row)} <= {row.gold.passage for row in pool}


def test_each_passage_is_counted_once() -> None:
    calls: Counter[str] = Counter()

    def counting(messages: Sequence[Message]) -> Tokens:
        calls[messages[0]["content"]] += 1
        return by_words(messages)

    grounds = source(300)
    assert len(list(distractor_qa(grounds, spec(), counting))) == 300
    for found in grounds:
        assert sum(n for text, n in calls.items() if found.passage in text) == 1


def test_where_a_seam_costs_a_token_more_rows_still_fit() -> None:
    def unkind(messages: Sequence[Message]) -> Tokens:
        """Every empty line is a token more once there is text on both its sides."""
        return Tokens(by_words(messages).tokens + len(re.findall(r"(?<=[^\nx])\n\n(?=[^\nx])", messages[0]["content"])))

    for row in distractor_qa(source(150), spec(), unkind):
        assert unkind(row.messages).tokens <= row.target


@pytest.fixture(scope="module")
def trained() -> Any:
    """A byte-pair tokenizer like those of today's models, trained on these rows."""
    tokenizers = pytest.importorskip("tokenizers")
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=1500, show_progress=False)
    tokenizer.train_from_iterator((row.messages[0]["content"] for row in make(source(100))), trainer)
    return tokenizer


def test_a_byte_pair_tokenizer_never_counts_more_than_the_target(trained: Any) -> None:
    def count(messages: Sequence[Message]) -> Tokens:
        text = "".join(f"<|{turn['role']}|>\n{turn['content']}\n" for turn in messages)
        return Tokens(len(trained.encode(text).ids))

    found = list(distractor_qa(source(200), spec(target_tokens=[512, 1024]), count))
    assert len(found) == 200
    used = [count(row.messages).tokens for row in found]
    assert all(tokens <= row.tokens <= row.target for tokens, row in zip(used, found, strict=True))
    assert sum(used) > 0.9 * sum(row.target for row in found)


def test_a_chinese_source_is_asked_in_chinese_among_chinese_passages() -> None:
    names = [a + b for a in "甲乙丙丁戊己庚辛壬癸" for b in "山水火土金木日月星云"]
    chinese = [ground(pair(f"什么是{n}症？", f"{n}症是第{i}种病。多见于冬天。")) for i, n in enumerate(names)]
    found = make([*source(30), *(each for each in chinese if each is not None)], spec(target_tokens=[300]))
    rows_of = [row for row in found if row.gold.chinese]
    assert len(rows_of) > 80
    for row in rows_of:
        assert any(row.messages[0]["content"].startswith(task) for task in CHINESE.task)
        assert not re.search(r"[a-z]", row.messages[0]["content"])
        assert row.number or row.messages[1]["content"] in CHINESE.absent
    assert all(not re.search(r"[\u4e00-\u9fff]", row.messages[0]["content"]) for row in found if not row.gold.chinese)


def test_citations_name_the_passage_that_answers() -> None:
    for row in make(source(60), spec(cite=1, oracle_absent=0)):
        (number,) = {int(n) for n in re.findall(r"(?:Passage|Text|Document|Extract) (\d+)", row.messages[1]["content"])}
        assert row.gold.passage == bodies(row)[number - 1]
    for row in make(source(60), spec(cite=0, oracle_absent=0)):
        assert row.messages[1]["content"] == row.gold.answer


def test_question_stands_first_and_last_about_equally() -> None:
    found = make(source(400))
    last = sum(row.messages[0]["content"].endswith(row.gold.question) for row in found)
    assert 160 < last < 240


def test_what_cannot_be_asked_is_only_a_passage_for_others() -> None:
    silent = [
        ground(pair("Which signs has zoster?", "They vary from one to the next.")),  # does not name its subject
        ground(pair("Are you well?", "The answer. " + "It goes on without an end and on and on " * 20)),
        *(ground(pair(f"What of b{n}x here?", f"See this list of resources on b{n}x.")) for n in range(20)),
    ]
    found = make([*source(40), *(each for each in silent if each is not None)], spec(target_tokens=[2000]))
    assert len(found) == 40
    assert any("resources on b7x" in row.messages[0]["content"] for row in found)


def test_no_other_passage_names_the_subject() -> None:
    rivals = [ground(pair(f"What may q{n}x cause?", f"A q{n}x may cause harm {n}.")) for n in range(50)]
    for row in make([*source(50), *(each for each in rivals if each is not None)]):
        name = re.search(r"q\d+x", row.gold.question)
        assert name is not None
        assert sum(name.group() in text for text in bodies(row)) == (row.number > 0)


def test_kindred_passages_are_preferred() -> None:
    def shares(kindred: int) -> float:
        grounds = [
            ground(pair(f"What is k{n}x of organ{n // 5}?", f"The k{n}x of organ{n // 5} is {n}.")) for n in range(400)
        ]
        found = make([each for each in grounds if each is not None], spec(target_tokens=[300], kindred=kindred))
        near = 0
        for row in found:
            organ = row.gold.question.split()[-1].rstrip("?")
            near += sum(f" {organ} " in text for text in bodies(row)) - (row.number > 0)
        return near / len(found)

    assert shares(0) < 0.5
    assert 1.5 < shares(2) < 2.5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two. Three. Four.", "One. Two. Three."),
        ("What is it? It is a cyst. It is rare.", "It is a cyst. It is rare."),
        ("Seen by Dr. Low of the U.S. Army, e.g. Texas. Rare.", "Seen by Dr. Low of the U.S. Army, e.g. Texas. Rare."),
        ("No end " * 80, ""),
        ("Short. " + "Long " * 100 + ".", "Short."),
        ("是一种病。很少见。", "是一种病。很少见。"),
        ("Is it?", ""),
        ("It costs 2.5 mg a day", "It costs 2.5 mg a day"),
    ],
)
def test_opening(text: str, expected: str) -> None:
    assert opening(text) == expected


def test_terms() -> None:
    assert terms("Is HPV-16 an A1C of 850? 高血压 go") == ["hpv", "a1c", "高血", "血压"]


def test_rows_of_other_shapes_are_passed_over() -> None:
    assert ground([Message(role="system", content="s"), *pair("q", "a")]) is None
    assert ground([*pair("q", "a"), *pair("q", "a")]) is None
    assert ground(pair("q", "a"), " ") is None
    named = ground(pair("Is zoster rare?", "no"), "Zoster  is common.\n\n\n\nIt hurts.")
    assert named is not None
    assert (named.answer, named.passage, named.quoted) == ("no", "Zoster is common.\n\nIt hurts.", False)


def test_nothing_has_the_form_of_the_exam() -> None:
    ours = [sentence for words in (ENGLISH, CHINESE) for part in words for sentence in part]
    for words in WORDING.values():
        for theirs in words:
            assert not any(theirs.replace("{}", "") in sentence for sentence in ours)
    for row in make(source(60)):
        assert not re.search(r"Question:|Answer:|book|^[A-J]\. ", "\n".join(t["content"] for t in row.messages), re.M)


MIX = """
medlong_mixture: 1
name: trial
sources:
  base: {files: [base.jsonl], format: qa, licence: MIT}
  far: {synth: distractor_qa, from: base, target_tokens: [400, 800], licence: MIT}
components:
  long: {sources: [far]}
counts: {long: 20}
"""


def write(folder: Path, text: str = MIX) -> Path:
    lines = [{"question": f"What is q{n}x?", "answer": f"A q{n}x is {n}.", "context": f"The q{n}x."} for n in range(60)]
    (folder / "base.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "mix.yaml").write_text(text)
    return folder / "mix.yaml"


def test_a_mixture_is_built_of_it(tmp_path: Path) -> None:
    path = write(tmp_path)
    built = build(path, tmp_path / "out")
    written = [json.loads(line)["messages"] for line in (built.folder / "train.jsonl").read_text().splitlines()]
    assert len(written) == 20
    assert {content_id(row) for row in written} <= {
        content_id(row.messages) for row in rows(resolve(load_yaml(path, Mixture), path)["far"])
    }
    assert all(by_characters(row).tokens <= 800 for row in written)
    assert sum(by_characters(row).tokens for row in written) > 20 * 300


def test_a_passage_field_is_read_from_the_files(tmp_path: Path) -> None:
    path = write(tmp_path, MIX.replace("from: base,", "from: base, passage_field: context,"))
    found = list(rows(resolve(load_yaml(path, Mixture), path)["far"]))
    assert len(found) == 60
    assert sum("\nThe q7x." in row.messages[0]["content"] for row in found) > 1
    path = write(tmp_path, MIX.replace("from: base,", "from: base, passage_field: text,"))
    with pytest.raises(DataError, match=r"base.jsonl: line 1: passage_field 'text' is no text of the record; it has"):
        list(rows(resolve(load_yaml(path, Mixture), path)["far"]))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("from: base", "from: bass", r"line 6: sources.far.from: no source named 'bass'; did you mean 'base'"),
        ("from: base", "from: far", r"line 6: sources.far.from: 'far' is itself made of another source"),
        ("from: base, ", "", r"line 6: sources.far.synth.from: required"),
        ("from: base,", "from: base, passage_fields: x,", r"unknown key; did you mean 'passage_field'"),
        ("[400, 800]", "[800, 800]", r"gives a length twice"),
        ("[400, 800]", "[20]", r"greater than or equal to 256"),
        ("from: base,", "from: base, oracle_absent: 1.2,", r"must be a share from 0 to 1"),
        ("from: base,", "from: base, files: [a.jsonl],", r"exactly one"),
        ("distractor_qa", "distractors", r"distractor_qa"),
        ("from: base,", "from: general_embedded, passage_field: x,", r"'general_embedded' has no files with fields"),
    ],
)
def test_faults_are_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = write(tmp_path, MIX.replace(old, new))
    with pytest.raises(ConfigError, match=message):
        resolve(load_yaml(path, Mixture), path)


@pytest.fixture(scope="module")
def medquad() -> list[Ground]:
    path = REAL / "medquad_answered" / "medquad_answered.jsonl.gz"
    if not path.exists():
        pytest.skip("medquad_answered is not in the data beside the repository")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    found = (ground(pair(record["question"], record["answer"])) for record in records)
    return [each for each in found if each is not None]


def test_medquad_gives_many_rows_that_can_be_answered(medquad: list[Ground]) -> None:
    made = spec(target_tokens=[4096, 8192], rows=200)
    found = list(distractor_qa(medquad, made, by_characters))
    assert len(found) == 200
    assert sum(row.number == 0 for row in found) == 40
    assert all(by_characters(row.messages).tokens <= row.target for row in found)
    assert sum(by_characters(row.messages).tokens for row in found) > 0.95 * sum(row.target for row in found)
    shuffled = list(medquad)
    random.Random(3).shuffle(shuffled)
    assert list(distractor_qa(shuffled, made, by_characters)) == found
    seconds_share = Fraction(sum(row.fifth == 2 for row in found), 160)
    assert Fraction(1, 6) < seconds_share < Fraction(1, 4)


def test_the_shipped_long_mixture_is_disjoint_from_the_exam(tmp_path: Path) -> None:
    from medlong.exam import formulary

    built = build(MIXTURES / "long_medical.yaml", tmp_path)
    text = (built.folder / "train.jsonl").read_text(encoding="utf-8").lower()
    headings = {page.text.splitlines()[0].strip("# ").lower() for page in formulary.build().pages}
    assert not [heading for heading in headings if heading in text]
    lengths = [by_characters(json.loads(line)["messages"]).tokens for line in text.splitlines()]
    assert sum(length > 850 for length in lengths) == built.manifest["components"]["long"]["quota"]
    assert all(a != b for a, b in pairwise(text.splitlines()))
