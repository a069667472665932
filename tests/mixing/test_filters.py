import importlib.util
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from medlong.errors import ConfigError, DataError, MissingPackageError
from medlong.mixing import filters as filtering
from medlong.mixing.content import Message
from medlong.mixing.filters import REASONS, FilterSpec, filters
from medlong.mixing.lengths import Lengths, counter

ENGLISH = "The kidneys filter the blood, and what they take from it leaves the body as urine."
GERMAN = "Die Nieren filtern das Blut, und was sie ihm entnehmen, verlässt den Körper als Harn."
CHINESE = "肾脏过滤血液，并把废物随尿液排出体外。"


def pair(question: str, answer: str) -> list[Message]:
    return [Message(role="user", content=question), Message(role="assistant", content=answer)]


def reason(row: list[Message], sequence_len: int | None = None, tokens: int = 0, **spec: object) -> str | None:
    lengths = Lengths(counter(None)(row).characters, tokens, 0)
    return filters(FilterSpec.model_validate(spec), sequence_len)(row, lengths)


@given(st.text(), st.text(min_size=1).filter(str.strip))
def test_the_defaults_leave_nothing_out(question: str, answer: str) -> None:
    assert reason(pair(question, answer)) is None


@pytest.mark.parametrize(
    ("answer", "spec", "wanted"),
    [
        (" \n", {"empty_answer": "drop"}, "empty_answer"),
        ("", {"empty_answer": "drop", "shorter_than": 5}, "empty_answer"),
        ("four", {"shorter_than": 5}, "short_answer"),
        (" five5 ", {"shorter_than": 5}, None),
        ("four", {"longer_than": 4}, None),
        ("five5", {"longer_than": 4}, "long_answer"),
        ("five5", {"longer_than": 4, "exclude_terms": ["five5"]}, "long_answer"),
        ("five5", {"exclude_terms": ["five5"]}, "excluded_term"),
    ],
)
def test_reasons(answer: str, spec: dict[str, object], wanted: str | None) -> None:
    assert reason(pair("Which number?", answer), **spec) == wanted
    assert wanted is None or wanted in REASONS


def test_the_answers_of_a_row_are_taken_together_and_none_may_be_empty() -> None:
    two = [*pair("a", "four"), *pair("b", "five5")]
    assert reason(two, shorter_than=9) is None
    assert reason(two, shorter_than=10) == "short_answer"
    assert reason([*two, *pair("c", " ")], empty_answer="drop") == "empty_answer"


def test_rows_longer_than_the_sequence() -> None:
    row = pair("q", "a")
    assert reason(row, 10, tokens=10, longer_than_sequence="drop") is None
    assert reason(row, 10, tokens=11, longer_than_sequence="drop") == "too_long"
    assert reason(row, 10, tokens=11) is None
    with pytest.raises(DataError, match=r"more tokens than sequence_len.*: 11 of 10 \(filter: drop such rows"):
        reason(row, 10, tokens=11, longer_than_sequence="error")
    with pytest.raises(ConfigError, match="needs sequence_len"):
        reason(row, None, tokens=11, longer_than_sequence="drop")
    with pytest.raises(ConfigError, match="needs a tokenizer"):
        reason(row, 10, tokens=0, longer_than_sequence="drop")


def test_an_empty_answer_is_an_error_unless_it_is_to_be_dropped() -> None:
    with pytest.raises(DataError, match="an answer has no text"):
        reason(pair("q", " "))


@pytest.mark.parametrize(
    ("text", "terms", "found"),
    [
        ("The kidney.", ["kidney"], True),
        ("KIDNEY", ["kidney"], True),
        ("kidneys", ["kidney"], False),
        ("skidney", ["kidney"], False),
        ("kidney_x", ["kidney"], False),
        ("high  blood\npressure", ["Blood pressure"], True),
        ("C++ or C", ["c++"], True),
        ("a.b", ["a.b"], True),
        ("axb", ["a.b"], False),
        ("covid-19!", ["covid-19"], True),
        ("患者有糖尿病史", ["糖尿病"], True),
        ("检查CT结果", ["ct"], True),
        ("检查ECT结果", ["ct"], False),
        ("Straße", ["straße"], True),
    ],
)
def test_terms_are_whole_words_and_no_patterns(text: str, terms: list[str], found: bool) -> None:
    assert reason(pair("Well?", text), exclude_terms=terms) == ("excluded_term" if found else None)
    assert reason(pair(text, "Well."), exclude_terms=["other", *terms]) == ("excluded_term" if found else None)


@given(st.lists(st.from_regex(r"[\w+.*(\[]*\w", fullmatch=True), min_size=1, max_size=5), st.data())
def test_every_term_is_found_where_it_stands_alone(terms: list[str], data: st.DataObject) -> None:
    term = data.draw(st.sampled_from(terms))
    assert reason(pair("q", f"so, {term}, then"), exclude_terms=terms) == "excluded_term"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"shorter_than": 5, "longer_than": 4}, "every row would go"),
        ({"exclude_terms": ["ok", "++"]}, "needs a letter or digit"),
        ({"language": ["English"]}, "pattern"),
        ({"empty_answer": "keep"}, "drop"),
        ({"shorter_than": True}, "integer"),
        ({"langauge": ["en"]}, "Extra"),
    ],
)
def test_bad_filters(spec: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        FilterSpec.model_validate(spec)


def test_filters_can_be_pickled() -> None:
    spec = FilterSpec(exclude_terms=["kidney"])
    copy = pickle.loads(pickle.dumps(filters(spec, None)))
    assert copy(pair("q", "a kidney"), Lengths(9, 0, 0)) == "excluded_term"


def test_language_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filtering, "find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match=r"medlong\[mix\]"):
        filters(FilterSpec(language=["en"]), None)


needs_langid = pytest.mark.skipif(importlib.util.find_spec("py3langid") is None, reason="py3langid is not installed")


@needs_langid
@pytest.mark.parametrize(
    ("row", "languages", "kept"),
    [
        (pair("What do the kidneys do?", ENGLISH), ["en"], True),
        (pair("What do the kidneys do?", ENGLISH), ["zh", "de"], False),
        (pair("Was tun die Nieren?", GERMAN), ["en"], False),
        (pair("Was tun die Nieren?", GERMAN), ["en", "de"], True),
        (pair("肾脏做什么？", CHINESE), ["zh"], True),
        (pair("肾脏做什么？", CHINESE), ["en"], False),
        (pair("6 * 7", "42"), ["zh"], True),
    ],
)
def test_languages(row: list[Message], languages: list[str], kept: bool) -> None:
    assert reason(row, language=languages) == (None if kept else "language")


@needs_langid
def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValidationError, match=re.escape("no language 'xx'; known: ")):
        FilterSpec(language=["xx"])
