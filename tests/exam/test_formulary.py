"""Every rule of the embedded bank, read from its rendered pages: nothing here looks at the generator's facts."""

import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable

import pytest

from medlong.exam.bank import Bank, Item
from medlong.exam.formulary import build
from medlong.exam.formulary.names_en import MIN_DISTANCE, REAL_NAMES
from medlong.hashing import keyed, keyed_order

KINDS = ("lookup", "two_hop", "exception")
GIVEN = r"(?:once|twice|three times) daily"
# By the words of a question: how a reader would find the value on a page, `NAME` being the drug's name.
READINGS = {
    "What is the usual adult dose of": rf"usual adult dose of NAME(?:, by mouth,)? is (\d+ mg {GIVEN})",
    "What is the half-life of": r"half-life of NAME is (\d+ hours)",
    "How must": r"NAME must be stored (in [a-z -]+)",
    "Which condition is": r"NAME is used (?:in adults |mainly )?to treat ([^.]+)",
    "What is there to monitor during": (
        r"treatment with NAME, monitor the ([a-z ]+?)(?: every \d+ weeks)?\.|treatment with NAME is the ([a-z ]+)"
    ),
    "What is the antidote to": r"antidote to NAME is ([a-z ]+)",
    "By which process is": r"NAME is eliminated (?:mainly )?by ([a-z ]+)",
    "In patients with which disease is": r"NAME is contraindicated in (?:patients with )?([^.]+)",
    "for children": rf"dose of NAME for children(?: over \d years)? is (\d+ mg/kg {GIVEN})",
    "in severe renal impairment": (
        r"severe renal impairment,? the dose of NAME is (\d+ mg every \d+ hours)"
        r"|dose of NAME in severe renal impairment is (\d+ mg every \d+ hours)"
    ),
}
MEMBER = r"{name} (?:belongs to|is one of|is a member of) the ([a-z]+)\."
FORBIDDEN = (
    r"substance that must not be taken with the {classes}(?: is|:) ([a-z ]+)\."
    r"|With any of the {classes}, the substance that must not be taken is ([a-z ]+)\."
)
ABSENT = r"adverse effect of related drugs that {name} does not cause(?: is|:) ([a-z ]+)\."
LISTED = r"(?:Patients report|It can bring on|of patients have) ([a-z ]+), ([a-z ]+) and ([a-z ]+)\."


@pytest.fixture(scope="module")
def bank() -> Bank:
    return build()


@pytest.fixture(scope="module")
def headings(bank: Bank) -> dict[str, str]:
    """Return page texts by heading."""
    return {page.text.split("\n")[0].removeprefix("# "): page.text for page in bank.pages}


def of_kind(bank: Bank, kind: str) -> list[Item]:
    return [item for item in bank.items if item.kind == kind]


def target(item: Item, headings: dict[str, str]) -> str:
    """Return the one drug that a question names."""
    named = [word for word in re.findall(r"[A-Z][a-z]+", item.question) if word in headings]
    assert len(named) == 1, item.question
    return named[0]


def found(pattern: str, text: str) -> list[str]:
    return [next(filter(None, match.groups())) for match in re.finditer(pattern, text)]


def options(item: Item) -> list[str]:
    return [item.answer, *item.distractors]


def test_there_are_seven_blocks_of_sixty_items_in_groups_of_four_interleaved_by_kind(bank: Bank) -> None:
    assert len(bank.items) == 420
    assert Counter(item.kind for item in bank.items) == dict.fromkeys(KINDS, 140)
    groups = [bank.items[i : i + 4] for i in range(0, 420, 4)]
    assert all(len({item.group for item in group}) == 1 for group in groups)
    assert len({group[0].group for group in groups}) == 105
    assert [group[0].kind for group in groups] == list(KINDS) * 35


def test_lookup_asks_ten_attributes_about_equally_often(bank: Bank) -> None:
    asked = Counter(next(words for words in READINGS if words in item.question) for item in of_kind(bank, "lookup"))
    assert len(asked) == 10
    assert set(asked.values()) <= {12, 16}


def test_ids_names_pages_and_questions_are_unique_and_pages_exist(bank: Bank, headings: dict[str, str]) -> None:
    assert len({page.id for page in bank.pages}) == len(bank.pages) == len(headings)
    assert len({page.text for page in bank.pages}) == len(bank.pages)
    assert len({item.id for item in bank.items}) == len({item.question for item in bank.items}) == 420
    assert {page for item in bank.items for page in (*item.gold, *item.near)} <= bank.page.keys()
    assert all(len({*item.gold, *item.near}) == len(item.gold) + 3 for item in bank.items)


def test_each_item_asks_about_a_drug_of_its_own(bank: Bank, headings: dict[str, str]) -> None:
    assert len({target(item, headings) for item in bank.items}) == 420


def test_pages_are_trimmed_without_blank_lines_and_spread_in_length(bank: Bank) -> None:
    assert all(page.text == page.text.strip() and "\n\n" not in page.text for page in bank.pages)
    assert not any("{" in page.text or "_" in page.text or "  " in page.text for page in bank.pages)
    drugs = sorted(len(page.text) for page in bank.pages if page.id.startswith("drug-"))
    assert len(drugs) == 1500
    assert drugs[75] < 500
    assert drugs[-75] > 1200
    assert 60 <= len(bank.pages) - len(drugs) <= 100


def test_a_drug_name_is_on_its_own_page_only_and_a_class_name_on_one_chapter_only(
    bank: Bank, headings: dict[str, str]
) -> None:
    pages_of = defaultdict(set)
    for page in bank.pages:
        for word in set(re.findall(r"\w+", page.text.casefold())):
            pages_of[word].add(page.id)
    for heading, text in headings.items():
        home = next(page.id for page in bank.pages if page.text == text)
        pages = pages_of[heading.casefold()]
        if home.startswith("drug-"):
            assert pages == {home}
        else:
            assert {page for page in pages if page.startswith("class-")} == {home}


def test_every_lookup_answer_is_what_its_page_says_and_no_distractor_is_there(
    bank: Bank, headings: dict[str, str]
) -> None:
    for item in of_kind(bank, "lookup"):
        name = target(item, headings)
        text = headings[name]
        pattern = next(reading for words, reading in READINGS.items() if words in item.question)
        assert found(pattern.replace("NAME", name), text) == [item.answer]
        assert item.gold == (next(page.id for page in bank.pages if page.text == text),)
        assert not [wrong for wrong in item.distractors if wrong.casefold() in text.casefold()]


def test_every_two_hop_answer_needs_both_pages(bank: Bank, headings: dict[str, str]) -> None:
    for item in of_kind(bank, "two_hop"):
        name = target(item, headings)
        monograph, chapter = (bank.page[page].text for page in item.gold)
        (classes,) = found(MEMBER.format(name=name), monograph)
        assert monograph == headings[name]
        assert chapter == headings[classes.capitalize()]
        assert found(FORBIDDEN.format(classes=classes), chapter) == [item.answer]
        assert name.casefold() not in chapter.casefold()
        assert not [option for option in options(item) if option in monograph.casefold()]
        assert not [wrong for wrong in item.distractors if wrong in chapter.casefold()]


def test_no_monograph_of_the_bank_names_a_substance_that_a_class_forbids(bank: Bank) -> None:
    forbidden = {option for item in of_kind(bank, "two_hop") for option in options(item)}
    drugs = [page.text.casefold() for page in bank.pages if page.id.startswith("drug-")]
    assert not [word for word in forbidden if any(word in text for text in drugs)]


def test_every_exception_answer_is_the_effect_denied_and_its_distractors_are_the_three_listed(
    bank: Bank, headings: dict[str, str]
) -> None:
    for item in of_kind(bank, "exception"):
        name = target(item, headings)
        (page,) = item.gold
        text = bank.page[page].text
        assert text == headings[name]
        assert found(ABSENT.format(name=name), text) == [item.answer]
        assert sorted(re.findall(LISTED, text)[0]) == sorted(item.distractors)
        assert all(text.casefold().count(option) == 1 for option in options(item))


def test_every_monograph_lists_three_effects_and_denies_one(headings: dict[str, str], bank: Bank) -> None:
    drugs = [(name, text) for name, text in headings.items() if "must not be taken" not in text]
    assert len(drugs) == 1500
    for name, text in drugs:
        (listed,) = re.findall(LISTED, text)
        (absent,) = found(ABSENT.format(name=name), text)
        assert len({*listed, absent}) == 4


def test_the_four_items_of_a_group_share_four_distinct_options_each_right_once(bank: Bank) -> None:
    groups = defaultdict(list)
    for item in bank.items:
        groups[item.group].append(item)
    for items in groups.values():
        shared = {item.answer for item in items}
        assert len(shared) == 4
        assert all(set(options(item)) == shared and len(item.distractors) == 3 for item in items)
        lengths = [len(option) for option in shared]
        assert max(lengths) <= 2 * min(lengths) + 2


def test_doses_of_a_group_differ_as_quantities(bank: Bank) -> None:
    for item in of_kind(bank, "lookup"):
        if " mg" in item.answer:
            amounts = [re.match(r"(\d+) (.+)", option).groups() for option in options(item)]  # type: ignore[union-attr]
            assert len({int(amount) for amount, _ in amounts}) == 4
            assert len({unit for _, unit in amounts}) == 1


def overlap(option: str, item: Item) -> int:
    return len(set(re.findall(r"\w+", option)) & set(re.findall(r"\w+", item.question.casefold())))


@pytest.mark.parametrize(
    "preference",
    [
        pytest.param(lambda option, item: 0, id="first after a shuffle"),
        pytest.param(lambda option, item: len(option), id="longest"),
        pytest.param(lambda option, item: -len(option), id="shortest"),
        pytest.param(overlap, id="most words of the question"),
    ],
)
def test_a_rule_that_ignores_the_book_scores_a_quarter(bank: Bank, preference: Callable[[str, Item], int]) -> None:
    right = 0
    for item in bank.items:
        shuffled = keyed_order(options(item), "rule", item.id)
        right += max(shuffled, key=lambda option: preference(option, item)) == item.answer
    assert abs(right / 420 - 0.25) < 2 * (0.25 * 0.75 / 420) ** 0.5


def edits(left: str, right: str) -> int:
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        above, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (a != b))
    return row[-1]


def test_names_are_no_real_names_and_far_apart_within_a_group(bank: Bank, headings: dict[str, str]) -> None:
    assert not {name.casefold() for name in headings} & REAL_NAMES
    assert not [name for name in headings if any(name.casefold().endswith(real) for real in REAL_NAMES)]
    for start in range(0, 420, 4):
        names = [target(item, headings) for item in bank.items[start : start + 4]]
        assert min(edits(a, b) for a in names for b in names if a != b) >= MIN_DISTANCE


def test_names_far_apart_over_the_whole_bank_in_a_sample(headings: dict[str, str]) -> None:
    names = [name.casefold() for name in headings]
    for index in range(40):
        name = names[keyed("sample", index) % len(names)]
        assert min(edits(name, other) for other in names if other != name) >= MIN_DISTANCE


def test_two_processes_with_different_hash_seeds_build_the_same_bytes() -> None:
    code = (
        "from dataclasses import asdict; from medlong.hashing import digest; "
        "from medlong.exam.formulary import build; b = build(); "
        "print(digest([asdict(x) for x in (*b.pages, *b.items)]))"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
