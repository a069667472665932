import re
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from types import ModuleType

import pytest

from medlong.mixing.content import content_id, normalise
from medlong.mixing.embedded import general, medical, medical_doses, medical_measures, pharmacology
from medlong.mixing.embedded.row import Row, article
from medlong.mixing.formats import check_turns

SILENT = r"(?:hour|honest|honour|heir)"
SLIPS = re.compile(
    r"  |\{(?!\")|(?<!philia )(?<!vitamin )\b[Aa] (?:[aeio][a-z]|" + SILENT + r")|(?<!\.)\.\.$| ,|,:|\bNone\b(?! of)"
    r"|\b[Aa]n (?!" + SILENT + r")[b-df-hj-np-tv-z]"
)
SOURCES = pytest.mark.parametrize("source", [general, medical], ids=["general", "medical"])


@SOURCES
def test_rows_are_many_distinct_well_formed_and_always_the_same(source: ModuleType) -> None:
    rows = list(source.rows())
    assert len(rows) >= 2000
    assert len({content_id(row) for row in rows}) == len(rows)
    assert len({row[0]["content"] for row in rows}) == len(rows)
    assert rows == list(source.rows())
    for row in rows:
        check_turns(row, "row")
        assert row == normalise(row)
        for turn in row:
            assert turn["content"] == turn["content"].strip()
            assert not SLIPS.search(turn["content"]), turn


def test_facts_of_the_pharmacology_exam_are_told_in_other_words_than_its_own() -> None:
    from medlong.exam.banks import load

    rows = list(pharmacology.rows())
    assert rows == list(pharmacology.rows())
    assert len({row[0]["content"] for row in rows}) == len(rows) > 3600
    for row in rows:
        check_turns(row, "row")
        assert row == normalise(row)
    bank = load("pharmacology")
    questions = {row[0]["content"] for row in rows}
    answers = " ".join(row[1]["content"].lower() for row in rows)
    sentences = {told for page in bank.pages for told in page.text.splitlines()[1].rstrip(".").split(". ")}
    assert len(bank.items) > 1400
    for item in bank.items:
        assert item.question not in questions
        assert item.answer.lower() in answers, item.id
    told = {sentence for row in rows for sentence in row[1]["content"].rstrip(".").split(". ")}
    assert sorted(told & sentences) == []


@SOURCES
def test_there_are_at_least_twelve_families_of_ten(source: ModuleType) -> None:
    sizes = [len(list(family())) for module in source.MODULES for family in module.FAMILIES]
    assert sum(size >= 10 for size in sizes) >= 12


def test_the_two_sources_share_nothing() -> None:
    shared = {row[0]["content"] for row in general.rows()} & {row[0]["content"] for row in medical.rows()}
    assert not shared


def test_no_drug_of_the_exam_occurs() -> None:
    from medlong.exam import formulary

    headings = {page.text.splitlines()[0].strip("# ").lower() for page in formulary.build().pages}
    text = " ".join(turn["content"].lower() for source in (general, medical) for row in source.rows() for turn in row)
    assert len(headings) >= 50
    assert not [heading for heading in headings if heading in text]


def numbers(text: str) -> list[Fraction]:
    return [Fraction(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]


def equations(text: str) -> list[tuple[str, str]]:
    """Every `left = right` made of numbers, signs and brackets; units are ignored."""
    plain = re.sub(r"(?<=\d) (?:kg/m2|mg/mL|mg/kg|km/h|kg|mg|mL|km|mmHg)\b", "", text)
    return re.findall(r"([\d.()][\d.()x+/* -]*?) = (-?\d+(?:\.\d+)?)", plain)


@SOURCES
def test_every_equation_holds(source: ModuleType) -> None:
    count = 0
    for row in source.rows():
        for left, right in equations(row[1]["content"]):
            if not re.search(r"[x+/*-]", left) or left.count("(") != left.count(")"):
                continue
            fractions = re.sub(r"\d+(?:\.\d+)?", lambda m: f"Fraction('{m.group()}')", left.replace("x", "*"))
            digits = len(right.partition(".")[2])
            assert abs(eval(fractions) - Fraction(right)) <= Fraction(1, 2 * 10**digits), row
            count += 1
    assert count > 400


def check(rows: list[Row], pattern: str, expect: Callable[..., Fraction | int | str], least: int) -> None:
    """Recompute the last number of each answer from the numbers of the question."""
    count = 0
    for row in rows:
        if match := re.fullmatch(pattern, row[0]["content"], re.S):
            assert numbers(row[1]["content"])[-1] == expect(*(Fraction(group) for group in match.groups())), row
            count += 1
    assert count >= least


def test_sums_recomputed_from_the_questions() -> None:
    rows = list(general.rows())
    check(
        rows,
        r".* buys (\d+) .* at (\d+) coins each and (\d+) .* at (\d+) coins.*",
        lambda a, p, b, q: a * p + b * q,
        100,
    )
    check(rows, r"One .* costs (\d+) euros.* takes (\d+) .* with (\d+) euros.*", lambda p, n, paid: paid - n * p, 60)
    check(rows, r"A .* costs (\d+) dollars and is reduced by (\d+)%.*", lambda p, off: p * (100 - off) / 100, 60)
    check(rows, r"A .* is (\d+) by (\d+) .* area\?", lambda a, b: a * b, 20)
    check(rows, r"A .* is (\d+) by (\d+) .* perimeter\?", lambda a, b: 2 * (a + b), 20)


def test_words_recomputed_from_the_questions() -> None:
    seen = 0
    for question, answer in ((row[0]["content"], row[1]["content"]) for row in general.rows()):
        if match := re.fullmatch(r"Put these words in alphabetical order: (.*)\.", question):
            assert answer == ", ".join(sorted(match[1].split(", "))) + "."
        elif match := re.fullmatch(r'Write the word "(\w+)" backwards\.', question):
            assert answer == match[1][::-1]
        elif match := re.fullmatch(r"If today is (\w+), which day will it be in (\d+) days\?", question):
            days = [(date(2024, 1, 1) + timedelta(days=n)).strftime("%A") for n in range(7)]
            assert answer.endswith(f" {days[(days.index(match[1]) + int(match[2])) % 7]}.")
        elif match := re.fullmatch(r"A \w+ starts at (\d\d):(\d\d) and lasts (\d+) h (\d+) min\..*", question):
            hour, minute, hours, minutes = (int(group) for group in match.groups())
            end = 60 * (hour + hours) + minute + minutes
            assert f"{end // 60 % 24:02d}:{end % 60:02d}" in answer
            assert ("next day" in answer) == (end >= 1440)
        else:
            continue
        seen += 1
    assert seen > 250


def test_clinical_sums_recomputed_from_the_questions() -> None:
    rows = list(medical.rows())
    check(rows, r"A \w+ weighs (\d+) kg\. .* at (\d+) mg/kg\..*", lambda kg, per: kg * per, 100)
    check(
        rows, r"A child of (\d+) kg .* have (\d+) mg/kg a day .* in (\d+) equal.*", lambda kg, per, n: kg * per / n, 60
    )
    check(rows, r"A liquid has (\d+) mg in (\d+) mL\. How many mL give ([\d.]+) mg\?", lambda s, v, d: d * v / s, 60)
    check(rows, r"A pump is to give (\d+) mL over (\d+) hours.*", lambda v, h: v / h, 30)
    check(
        rows,
        r"(\d+) mL are to run over (\d+) .* gives (\d+) .*",
        lambda v, h, f: round(v * f / h / 60 + Fraction(1, 10**6)),
        80,
    )
    check(rows, r"A patient scores eyes (\d), verbal (\d) and motor (\d)\..*", lambda *_: 15, 30)
    check(rows, r"A meal has (\d+) .* (\d+) g of protein and (\d+) .*", lambda c, p, f: 4 * c + 4 * p + 9 * f, 50)
    check(rows, r"The blood pressure is (\d+)/(\d+) mmHg\. Est.*", lambda s, d: d + (s - d) / 3, 30)


def test_drips_can_be_counted() -> None:
    rates = [numbers(row[1]["content"])[-1] for row in medical_doses.drips()]
    assert max(rates) <= 200
    assert max(rates) > 100


@pytest.mark.parametrize(
    ("word", "shown"), [("hourglass", "an hourglass"), ("heir", "an heir"), ("house", "a house"), ("Easel", "an Easel")]
)
def test_articles(word: str, shown: str) -> None:
    assert article(word) == shown


@pytest.mark.parametrize(
    "wrong",
    [
        "a hourglass",
        "soon as soon",
        "young frog is called a tadpole",
        "makes honey",
        "cub is the young of which",
        "PRN stands for",
        "typically causes carpal tunnel",
        "over the cervix",
        "hormone is renin",
        "wear and loss",
        "fluoride can cause",
        "lukewarm",
    ],
)
def test_statements_that_are_wrong_do_not_occur(wrong: str) -> None:
    text = "\n".join(turn["content"] for source in (general, medical) for row in source.rows() for turn in row)
    assert wrong.lower() not in text.lower()


def test_body_mass_index_classes_agree_with_the_number() -> None:
    names = ("underweight", "normal weight", "overweight", "obesity")
    for row in medical_measures.body_mass_index():
        shown = numbers(row[1]["content"])[3]
        rank = sum(shown >= limit for limit in (Fraction("18.5"), 25, 30))
        assert row[1]["content"].endswith(f"classed as {names[rank]}.")


def test_results_are_called_as_their_range_says() -> None:
    seen = set()
    for row in medical.rows():
        if match := re.search(r": (\d[\d.]*)[^:]*\. The range is ([\d.]+) to ([\d.]+)\. Is this", row[0]["content"]):
            value, low, high = (Fraction(group) for group in match.groups())
            verdict = "low" if value < low else "high" if value > high else "within"
            assert verdict in row[1]["content"].split(",")[0], row
            seen.add(verdict)
    assert seen == {"low", "high", "within"}


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        ("2.5", 0, "3"),
        ("0.125", 2, "0.13"),
        ("3", 2, "3"),
        ("0.005", 3, "0.005"),
        ("1/3", 2, "0.33"),
        ("1200", 2, "1200"),
    ],
)
def test_decimals(value: str, places: int, text: str) -> None:
    assert medical_doses.decimal(Fraction(value), places) == text
