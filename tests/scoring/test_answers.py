"""What counts as an answer, with the trap beside each rule."""

import pytest

from medlong.scoring.answers import best_option, lenient_letter, states, strict_letter

OPTIONS = ["5 mg", "25 mg", "dry cough", "aspirin"]


@pytest.mark.parametrize(
    ("completion", "letter"),
    [
        ("Answer: B", "B"),
        ("Answer: (C)", "C"),
        ("**Answer: D**", "D"),
        ("**Answer:** B", "B"),
        ("**Answer**: B", "B"),
        ("Answer: A patient should rest", None),
        ("Answer: A\nNo, wait.\nAnswer: B", "B"),
        ("<think>Answer: A</think>Answer: C", "C"),
        ("Answer: E", None),
        ("Answer: Beta blockers", None),
        ("answer: B", None),
        ("B", None),
        ("", None),
    ],
)
def test_strict_takes_the_last_answer_line_and_nothing_else(completion, letter):
    assert strict_letter(completion, OPTIONS) == letter


@pytest.mark.parametrize(
    ("completion", "letter"),
    [
        ("answer: B", "B"),
        ("The answer is (C).", "C"),
        ("B", "B"),
        ("B.", "B"),
        ("(D) aspirin", "D"),
        ("A patient should rest.", None),
        ("A 40-year-old", None),
        ("The page says 25 mg.", "B"),
        ("It says dry cough or aspirin", None),
        ("I do not know", None),
        ("**Answer:** B", "B"),
        ("To answer a question like this, read: 25 mg", "B"),
        ("The answer is a dry cough.", "C"),
        ("Take vitamin D.", None),
        ("Child-Pugh class C.", None),
        ("A. 5 mg\nB. 25 mg\nC. dry cough\nD. aspirin", None),
        ("It is option (B), 25 mg", "B"),
    ],
)
def test_lenient_takes_what_a_reader_would(completion, letter):
    assert lenient_letter(completion, OPTIONS) == letter


@pytest.mark.parametrize(
    ("text", "fact", "stated"),
    [
        ("start 5 mg.", "5 mg", True),
        ("start 25 mg daily", "5 mg", False),
        ("start 2.5 mg daily", "5 mg", False),
        ("take 5 mg daily", "5 mg", True),
        ("aspirins", "aspirin", False),
        ("1.5", "1", False),
        ("anything", " ", False),
    ],
)
def test_a_fact_is_stated_only_when_it_stands_alone(text, fact, stated):
    assert states(text, fact) is stated


def test_best_option_divides_by_length_and_takes_the_first_of_equals():
    assert best_option([-10.0, -12.0], [2, 4]) == 1
    assert best_option([-10.0, -12.0], [1, 1]) == 0
    assert best_option([-3.0, -3.0], [1, 1]) == 0
