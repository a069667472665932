"""What a row gives away of an exam: what must be found, and what must not."""

import csv
import gzip
import json
import os
import random
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from medlong.cli import main
from medlong.errors import ConfigError
from medlong.exam import bankfile, banks
from medlong.exam.bank import Bank, Item, Page
from medlong.exam.importers import pubmedqa
from medlong.mixing.bankindex import BankIndex
from medlong.mixing.embedded import general, medical
from medlong.mixing.guard import DecontaminateSpec, guard
from medlong.mixing.wording import grams, words

SHIPPED = tuple(banks.EMBEDDED)
STORY = (
    "A retired baker who has kept bees for many summers now finds that climbing to the second floor leaves him "
    "breathless, and his ankles swell by the evening. Which chamber of his heart is failing?"
)


def row(question, answer="It depends."):
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


def item(name, question, answer="the left ventricle", *distractors, gold=()):
    return Item(name, "fact", question, answer, distractors or ("the right atrium", "the spleen"), gold)


def bank(*items, pages=()):
    return Bank("mine", "1", "en", tuple(pages), items)


def look(bank, **spec):
    return BankIndex(DecontaminateSpec(**spec), {"mine": bank})


@lru_cache(maxsize=1)
def shipped():
    return guard(DecontaminateSpec(banks=SHIPPED))


QUESTIONS = [item for name in SHIPPED for item in banks.load(name).items]
GAPS = (" ", "  ", "\n", " - ", ", ", "\u00a0", "\u3000", "... ", " / ", "\u2014", "\t(", '" ')
FORMS = ("NFC", "NFD", "NFKC", "NFKD")
CASES = (str, str.upper, str.lower, str.title, str.swapcase)


@st.composite
def disguises(draw):
    """The question of an item, and the same in another case, Unicode form and punctuation."""
    item = draw(st.sampled_from(QUESTIONS))
    text = draw(st.sampled_from(CASES))(unicodedata.normalize(draw(st.sampled_from(FORMS)), item.question))
    gaps = draw(st.lists(st.sampled_from(GAPS), min_size=1, max_size=4))
    pieces = re.split(r"\W+", text)
    disguised = "".join(piece + gaps[n % len(gaps)] for n, piece in enumerate(pieces))
    before, after = (draw(st.sampled_from(("", "Please answer: ", "\u554f\uff1a", "1) "))) for _ in range(2))
    return item, f"{before}{disguised}{after}"


@settings(max_examples=300, deadline=None)
@given(disguises())
def test_a_question_is_found_in_every_case_punctuation_and_unicode_form(disguise):
    item, text = disguise
    hit = shipped()(row(text, f"I think it is {item.answer}."))
    assert hit is not None
    assert (hit.reason, hit.coverage) == ("question", 1.0)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=40))
def test_words_do_not_depend_on_the_unicode_form(text):
    assert len({tuple(words(unicodedata.normalize(form, text))) for form in FORMS} | {tuple(words(text))}) == 1


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("\u03b2-Blockers \u2014 in CKD!", "\u0392\u2011BLOCKERS in ckd"),
        ("Stra\u00dfe", "STRASSE"),
        ("medi\u00adcine\u200b", "medicine"),
        ("\uff21\uff22\uff23\u3000\uff11\uff12", "abc 12"),
        ("\u6cbb\u7597\uff0c\u9ad8\u8840\u538b\u3002", "\u6cbb \u7597 \u9ad8 \u8840 \u538b"),
        ("5 \u00b5g", "5 \u03bcg"),
        ("snake_case", "snake case"),
    ],
)
def test_these_are_the_same_words(left, right):
    assert words(left) == words(right)


def test_runs_of_words_have_the_same_hashes_in_every_process():
    assert grams((1, 2, 3), 4) == []
    code = "from medlong.mixing.wording import grams; print(grams((1, 2, 3), 2))"
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == str(grams((1, 2, 3), 2))


def test_a_question_is_found_in_any_turn_but_not_across_two():
    exam = look(bank(item("q1", STORY)))
    first, second = STORY[:95], STORY[95:]
    assert exam([{"role": "system", "content": STORY}, *row("Well?")]).item == "q1"
    assert exam(row("Well?", f"You ask: {STORY}")).item == "q1"
    assert exam(row(first, second)) is None or exam(row(first, second)).reason == "overlap"


def test_a_question_with_two_words_changed_is_found_by_overlap():
    changed = STORY.replace("baker", "miller").replace("breathless", "short of breath")
    hit = look(bank(item("q1", STORY)))(row(changed))
    assert (hit.bank, hit.item, hit.reason, hit.theirs) == ("mine", "q1", "overlap", STORY)
    assert 0.5 <= hit.coverage < 1
    assert hit.ours == f"{changed}\n\nIt depends."
    assert look(bank(item("q1", STORY)), min_coverage=1.0)(row(changed)) is None


def test_coverage_counts_each_word_once():
    question = " ".join(f"w{n}" for n in range(20))
    hit = look(bank(item("q1", question)))(row(" ".join(f"w{n}" for n in range(10))))
    assert hit.coverage == 10 / 20
    assert look(bank(item("q1", question)))(row(" ".join(f"w{n}" for n in range(9)))) is None
    gap = " ".join(f"w{n}" for n in range(20) if n != 10)
    assert look(bank(item("q1", question)))(row(gap)).coverage == 19 / 20


def test_a_short_question_needs_an_option_beside_it_or_a_turn_of_its_own():
    exam = look(bank(item("q1", "What is the antidote?", "protamine", "vitamin K")))
    assert exam(row("In heparin overdose, what is the antidote?", "Protamine.")).item == "q1"
    assert exam(row("In heparin overdose, what is the antidote? Is it VITAMIN-K?")).item == "q1"
    assert exam(row("In heparin overdose, what is the antidote?", "Ask a doctor.")) is None
    assert exam(row("what is the antidote", "Ask a doctor.")).item == "q1"
    assert exam(row("What is the antidotes", "Protamine.")) is None


def test_an_option_inside_the_question_is_not_beside_it():
    exam = look(bank(item("q1", "Is it yes?", "yes", "no")))
    assert exam(row("Tell me. Is it yes?", "Perhaps.")) is None
    assert exam(row("Tell me. Is it yes?", "Yes.")).item == "q1"


def test_a_question_that_many_items_ask_needs_one_of_their_options():
    asked = "Which one of the following statements about this drug is the true one?"
    exam = look(bank(*(item(f"q{n}", asked, f"answer {n}", f"lure {n}") for n in range(5))))
    assert exam(row(asked, "Statement two.")) is None
    assert exam(row(asked, "It is lure 3.")).reason == "question"


FORM = "A 45-year-old man comes to the physician because of a two week history of {}. Which is the diagnosis?"
ILLS = ("fever", "cough", "pallor", "itching", "thirst", "tremor")


def test_what_many_questions_share_is_a_form_and_not_counted():
    exam = bank(*(item(f"q{n}", FORM.format(ill)) for n, ill in enumerate(ILLS)))
    other = row(FORM.format("fatigue"), "Anaemia.")
    assert look(exam)(other) is None
    assert look(exam, ignore_templates=False)(other).reason == "overlap"
    assert look(exam, min_items=7)(other).reason == "overlap"
    assert look(exam)(row(FORM.format("tremor"))).item == "q5"


PAGE = " ".join(
    f"Sentence {n} of the page says that organ{n} takes up substance{n} and gives off salt{n}." for n in range(9)
)


def test_a_row_with_much_of_a_page_and_a_row_that_is_in_a_page():
    exam = look(bank(item("q1", STORY, gold=("p1",)), pages=[Page("p1", PAGE)]))
    most = exam(row("Learn this.", PAGE[:500] + " And so on, as every student of the organs knows by heart."))
    assert (most.item, most.reason, most.theirs) == ("p1", "page", PAGE)
    assert exam(row("Tell me about organ4.", PAGE.split(". ")[4])).reason == "page"
    assert exam(row("Tell me about organ4.", "It takes up salt4 and gives off gas4.")) is None
    assert look(bank(item("q1", STORY), pages=[Page("p1", PAGE)]), pages=False)(row(PAGE)) is None


def test_the_surest_hit_is_told():
    start = STORY.partition(", and")[0]
    exam = look(bank(item("q1", start), item("q2", STORY), pages=[Page("p1", STORY)]))
    assert exam(row(STORY))[1:4] == ("q2", "question", 1.0)
    assert exam(row(start))[1:4] == ("q1", "question", 1.0)
    assert look(bank(item("q2", STORY), pages=[Page("p1", STORY)]), items=False)(row(STORY)).item == "p1"


def test_the_order_of_rows_and_banks_changes_nothing():
    names = ("pharmacology", "pharmacology_zh")
    texts = [item.question for name in names for item in banks.load(name).items[::9]]
    pages = [page.text[:800] for name in names for page in banks.load(name).pages[::9]]
    rows = [row(text) for text in (*texts, *pages, "What is 2 + 2?")]
    look, other = guard(DecontaminateSpec(banks=names)), guard(DecontaminateSpec(banks=names[::-1]))
    told = [look(messages) for messages in rows]
    order = list(range(len(rows)))
    random.Random(3).shuffle(order)
    again = {n: other(rows[n]) for n in order}
    assert [again[n] for n in range(len(rows))] == told
    assert sum(hit is not None for hit in told) >= len(texts)


def test_every_question_and_every_fourth_page_of_the_shipped_banks_is_found():
    for name in SHIPPED:
        exam, loaded = shipped(), banks.load(name)
        lost = [item.id for item in loaded.items if exam(row(item.question, item.answer)) is None]
        lost += [page.id for page in loaded.pages[::4] if exam(row("Learn this.", page.text)) is None]
        assert not lost, name


def test_nothing_that_ships_for_training_gives_away_an_exam_that_ships():
    hits = [hit for source in (general, medical) for messages in source.rows() if (hit := shipped()(messages))]
    assert hits == []


def test_no_banks_find_nothing():
    assert guard(DecontaminateSpec())(row(STORY)) is None


def test_a_folder_is_found_beside_the_file_and_a_wrong_name_is_explained(tmp_path):
    bankfile.write(bank(item("q1", STORY)), tmp_path / "clinic")
    assert guard(DecontaminateSpec(banks=["clinic"]), tmp_path)(row(STORY)).bank == "clinic"
    with pytest.raises(ConfigError, match="no bank named 'formulery'; did you mean 'formulary'"):
        guard(DecontaminateSpec(banks=["formulery"]))
    with pytest.raises(ConfigError, match="medlong bank import medqa FILE --out"):
        guard(DecontaminateSpec(banks=["medqa"]), tmp_path)


@pytest.mark.parametrize("wrong", [{"min_coverage": 0}, {"ngram": 5}, {"action": "ask"}, {"bank": ["formulary"]}])
def test_a_wrong_specification_is_refused(wrong):
    with pytest.raises(ValidationError):
        DecontaminateSpec(**wrong)


def test_the_command_lists_contaminated_rows_with_both_texts(tmp_path, write_mixture, two_sources, write_rows, capsys):
    drug = banks.load("pharmacology").items[0]
    write_rows("b.jsonl", [*(f"b{n}" for n in range(100)), f"[b] {drug.question.upper()}"])
    out = tmp_path / "hits.jsonl"
    assert main(["mix", "contamination", str(write_mixture()), "--banks", "pharmacology", "--out", str(out)]) == 1
    (hit,) = map(json.loads, out.read_text().splitlines())
    assert (hit["source"], hit["bank"], hit["item"], hit["theirs"]) == ("b", "pharmacology", drug.id, drug.question)
    assert hit["ours"].startswith(f"[b] {drug.question.upper()}")
    assert len(hit["content_id"]) == 64
    printed = " ".join(capsys.readouterr().out.split())
    assert f"question of pharmacology {drug.id}, coverage 1.00" in printed
    assert f"ours: [b] {drug.question.upper()}"[:60] in printed


def test_the_command_asks_every_bank_that_ships(write_mixture, two_sources, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(banks, "EMBEDDED", {"pharmacology": banks.EMBEDDED["pharmacology"]})
    out = tmp_path / "hits.jsonl"
    assert main(["mix", "contamination", str(write_mixture()), "--out", str(out)]) == 0
    assert out.read_text() == ""
    assert main(["mix", "contamination", str(write_mixture()), "--banks", "pharmacology,"]) == 2
    assert "no bank named ''" in capsys.readouterr().err


@pytest.fixture(scope="module")
def labelled(shared, tmp_path_factory):
    """PubMedQA's 1,000 labelled rows, the ids of its test, and the bank of the test alone."""
    everything = json.loads(shared("exams/pubmedqa/ori_pqal.json").read_text())
    test = set(json.loads(shared("exams/pubmedqa/test_ground_truth.json").read_text()))
    path = tmp_path_factory.mktemp("pubmedqa") / "test.json"
    path.write_text(json.dumps({key: content for key, content in everything.items() if key in test}))
    return everything, test, pubmedqa.read(path).bank


@pytest.mark.parametrize(
    ("contexts", "by"),
    [(False, {"question": 500}), (True, {"question": 481, "page": 19})],
    ids=["question", "abstract and question"],
)
def test_all_of_a_published_test_is_found_in_its_training_file_and_nothing_else(labelled, contexts, by):
    everything, test, exam = labelled
    exam = look(exam)
    found = Counter()
    for key, content in everything.items():
        before = "\n".join(content["CONTEXTS"]) + "\n\n" if contexts else ""
        hit = exam(row(before + content["QUESTION"], content["LONG_ANSWER"]))
        found[key in test, hit is not None and (hit.reason, hit.item == key)] += 1
    assert found == {(False, False): 500} | {(True, (reason, True)): count for reason, count in by.items()}


STOCK = (
    "A 62-year-old man comes to the emergency department because of severe chest pain that began two hours ago. He has "
    "a history of hypertension, diabetes mellitus and coronary artery disease. He denies any fever, chills, nausea, "
    "vomiting, or shortness of breath. He does not smoke and does not drink alcohol. Which is the next step?",
    "A 35-year-old woman comes to the physician because of a two week history of headache. She has no known drug "
    "allergies. Her past medical history is significant for hypertension. Her father died of a heart attack at the "
    "age of 60. Review of systems is otherwise negative. Which of these is the most likely diagnosis?",
)


def test_the_stock_phrases_of_case_histories_are_no_contamination(shared):
    rows = []
    for path in sorted(shared("sft/mts_dialog").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows += [row(record["dialogue"], record["section_text"]) for record in csv.DictReader(file)]
    exam = bank(*(item(f"q{n}", text) for n, text in enumerate(STOCK)))
    assert len(rows) > 1600
    assert [hit for messages in rows if (hit := look(exam)(messages))] == []
    shared_runs = 0
    eights = {tuple(parts[n : n + 5]) for parts in map(words, STOCK) for n in range(len(parts) - 4)}
    for messages in rows:
        parts = words(messages[1]["content"])
        shared_runs += any(tuple(parts[n : n + 5]) in eights for n in range(len(parts) - 4))
    assert shared_runs > 10


@pytest.mark.slow
def test_answered_medquad_gives_away_no_shipped_exam(shared):
    with gzip.open(shared("sft/medquad_answered/medquad_answered.jsonl.gz"), "rt", encoding="utf-8") as file:
        rows = [row(record["question"], record["answer"]) for record in map(json.loads, file)]
    hits = [hit for messages in rows if (hit := shipped()(messages))]
    assert len(rows) == 16407
    assert hits == []
