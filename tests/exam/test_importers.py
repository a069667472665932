"""Importers: what becomes a page, what becomes an item, and what is left out and why."""

import json
import unicodedata
from collections import Counter

import pytest

from medlong.errors import ConfigError
from medlong.exam import bankfile
from medlong.exam.bank import Page
from medlong.exam.importers import cnxml, openstax, pubmedqa
from medlong.exam.importers.near import nearest

MODULE = """<document xmlns="http://cnx.rice.edu/cnxml" xmlns:m="http://www.w3.org/1998/Math/MathML">
<title>The Heart</title>
<metadata xmlns:md="http://cnx.rice.edu/mdml"><md:abstract>Not read.</md:abstract></metadata>
<content>
 <para id="p1">The <term>heart</term>
   pumps blood (<link target-id="f1"/><emphasis>a</emphasis>), with Na<sup>+</sup> and H<sub>2</sub>O, 10<sup>6</sup>
   cells, the 21<sup>st</sup> and x<sup>abc</sup>.<list><item>one</item><item>two</item></list>After the list.</para>
 <figure id="f1"><title>A Heart</title><media alt="alt"><image src="x.jpg"/></media>
  <caption>It beats.</caption></figure>
 <section id="s1"><title>Valves</title>
  <note class="interactive"><title>Look</title><para>See it move.</para></note>
  <table id="t1"><title>Valves</title><tgroup><thead><row><entry>Name</entry><entry>Cusps</entry></row></thead>
  <tbody><row><entry>Mitral</entry><entry>2</entry></row></tbody></tgroup></table>
  <equation><m:math><m:msup><m:mi>r</m:mi><m:mn>2</m:mn></m:msup><m:mo>=</m:mo><m:mfrac><m:mn>1</m:mn><m:mn>2</m:mn></m:mfrac>
  </m:math></equation>
  <section><title>Only a title</title></section>
 </section>
 <section class="summary"><title>Chapter Review</title><para>It pumps.</para></section>
 <section class="multiple-choice"><title>Review Questions</title>{exercises}</section>
 <section class="references"><title>References</title><para>Smith, 1999.</para></section>
 <section><title>Key Terms</title><para>heart: a pump</para></section>
</content>
<glossary><definition><term>heart</term><meaning>a pump</meaning></definition></glossary>
</document>"""

TEXT = """# The Chest: The Heart

The heart pumps blood (Figure a), with Na⁺ and H2O, 10⁶ cells, the 21st and x^abc.

- one
- two

After the list.

Figure: A Heart. It beats.

## Valves

Look

See it move.

Valves
Name | Cusps
Mitral | 2

r²=(1)/(2)

## Chapter Review

It pumps."""

COLLECTION = """<col:collection xmlns="http://cnx.rice.edu/collxml" xmlns:md="http://cnx.rice.edu/mdml"
 xmlns:col="http://cnx.rice.edu/collxml"><col:metadata><md:title>A Book 2e</md:title>
 <md:license url="http://creativecommons.org/licenses/by/4.0/">CC BY</md:license></col:metadata>
 <col:content><col:module document="m0"/><col:subcollection><md:title>The Chest</md:title><col:content>
 <col:module document="m2"/><col:module document="m1"/></col:content></col:subcollection>
 </col:content></col:collection>"""


def exercise(number, question, options, solution, extra=""):
    listed = "".join(f"<item>{option}</item>" for option in options)
    listed = f"<list>{listed}</list>" if options else ""
    answer = f"<solution><label/><para>{solution}</para></solution>" if solution else ""
    return f'<exercise id="e{number}"><problem><para>{question}</para>{listed}{extra}</problem>{answer}</exercise>'


EXERCISES = [
    exercise(1, "What does the heart pump?", ["air", "blood", "milk"], "B"),
    exercise(2, "Which of these is moved by it?", ["Na<sup>+</sup>", "x", "all of the above"], " (c). "),
    exercise(3, "Describe the heart in your own words.", [], "It pumps."),
    exercise(4, "Which has no answer printed?", ["a", "b"], ""),
    exercise(5, "Which is answered in words?", ["a", "b"], "A large one"),
    exercise(6, "Which is answered beyond the list?", ["a", "b"], "D"),
    exercise(7, "Which is repeated?", ["a", "a", "b"], "A"),
    exercise(8, "Which is empty?", ["a", ""], "A"),
    exercise(9, "Which arrow?", ["a", "b"], "A", "<media><image src='y.jpg'/></media>"),
    exercise(10, "Which has two lists?", ["a", "b"], "A", "<list><item>c</item></list>"),
    exercise(11, "pumps blood (Figure a), with Na⁺ and H2O", ["a", "b"], "A"),
]


@pytest.fixture
def book(tmp_path):
    folder = tmp_path / "book"
    for name, exercises in (("m1", EXERCISES), ("m2", []), ("m0", []), ("m9", [])):
        (folder / "modules" / name).mkdir(parents=True)
        text = MODULE.replace("{exercises}", "".join(exercises))
        if name == "m0":
            text = text.replace("<document ", '<document class="preface" ')
        if name == "m2":
            text = text.replace("The Heart", "The Lung").replace("blood", "air").replace("with", "without")
        (folder / "modules" / name / "index.cnxml").write_text(text)
    (folder / "collections").mkdir()
    (folder / "collections" / "book.collection.xml").write_text(COLLECTION)
    return folder


def test_a_page_is_the_whole_section_without_what_asks_answers_or_lists(book):
    bank = openstax.read(book).bank
    assert [page.id for page in bank.pages] == ["m2", "m1"]
    assert bank.page["m1"].text == TEXT


def test_multiple_choice_questions_with_a_printed_letter_become_items(book):
    bank = openstax.read(book).bank
    first, second = bank.items
    assert (first.id, first.kind, first.question) == ("m1#e1", "textbook", "What does the heart pump?")
    assert (first.answer, first.written, first.place) == ("blood", ("air", "blood", "milk"), 1)
    assert (first.gold, first.near, first.fixed_order) == (("m1",), ("m2",), False)
    assert second.written == ("Na⁺", "x", "all of the above")
    assert (second.answer, second.fixed_order) == ("all of the above", True)


def test_every_row_left_out_is_listed_with_its_reason(book):
    imported = openstax.read(book)
    assert {row.id: row.reason for row in imported.left_out} == {
        "m9": "page: in no collection",
        "m0": "page: preface",
        "m1#e3": "not multiple choice",
        "m1#e4": "no printed answer",
        "m1#e5": "the printed answer is not one letter",
        "m1#e6": "the printed answer is no letter of the options",
        "m1#e7": "an option is repeated",
        "m1#e8": "an option is empty, or fewer than 2 or more than 10",
        "m1#e9": "needs an image",
        "m1#e10": "more than one list of options",
        "m1#e11": "the question stands word for word on a page",
    }
    assert imported.images == 2


def test_the_bank_says_where_it_comes_from_and_its_version_follows_its_content(book):
    bank = openstax.read(book).bank
    assert (bank.name, bank.licence) == ("a-book-2e", "http://creativecommons.org/licenses/by/4.0/")
    assert bank.source.startswith("A Book 2e (OpenStax)")
    assert bank.shortest == 8192
    assert openstax.read(book).bank == bank
    path = book / "modules" / "m2" / "index.cnxml"
    path.write_text(path.read_text().replace("See it move", "Watch it"))
    assert openstax.read(book).bank.version != bank.version


def test_a_book_without_a_collection_is_read_in_the_order_of_its_folders(book):
    (book / "collections" / "book.collection.xml").unlink()
    assert [page.id for page in openstax.read(book).bank.pages] == ["m1", "m2", "m9"]


def test_an_imported_bank_is_sound_on_disk(book, tmp_path):
    bank = openstax.read(book).bank
    bankfile.write(bank, tmp_path / "out")
    assert bankfile.read(tmp_path / "out") == bank


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><document>&a;</document>',
            "declares a document type",
        ),
        ("<document>", "not valid XML"),
        ("<html/>", "not a CNXML document with content"),
    ],
)
def test_a_file_that_is_no_module_is_named(book, text, message):
    (book / "modules" / "m2" / "index.cnxml").write_text(text)
    with pytest.raises(ConfigError, match=rf"m2/index.cnxml: .*{message}"):
        openstax.read(book)


def test_a_folder_that_is_no_book_is_refused(book, tmp_path):
    with pytest.raises(ConfigError, match=r"no modules/\*/index.cnxml; expected a checkout"):
        openstax.read(tmp_path)
    (book / "modules" / "m2" / "index.cnxml").unlink()
    with pytest.raises(ConfigError, match="1 modules of the collection are not there, first m2"):
        openstax.read(book)


def test_spaces_before_marks_go_and_numbers_stay():
    root = cnxml.ET.fromstring("<p>a <b>b</b> , c ( <i>d</i> ) and 1 .5 <newline/>end .</p>")
    assert cnxml.inline(root) == "a b, c (d) and 1 .5 end."


ROWS = {
    "11": {
        "QUESTION": "Does  aspirin lower the risk of colorectal cancer?",
        "CONTEXTS": ["Trials were pooled.", "The risk was 20 % lower.", "We conclude yes."],
        "LABELS": ["METHODS", "UNLABELLED", "CONCLUSIONS"],
        "LONG_ANSWER": "Aspirin lowers the risk.",
        "final_decision": "yes",
    },
    "12": {"QUESTION": "Is it so that aspirin is a drug?", "CONTEXTS": ["Aspirin pills."], "final_decision": "maybe"},
    "13": {"QUESTION": "Is there no abstract?", "CONTEXTS": [], "final_decision": "no"},
    "14": {"QUESTION": "", "CONTEXTS": ["x"], "final_decision": "no"},
    "15": {"QUESTION": "Is there no decision?", "CONTEXTS": ["x"]},
    "16": {"QUESTION": "Is this on the page?", "CONTEXTS": ["Is this on the page? No."], "final_decision": "no"},
}


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "ori_pqal.json"
    path.write_text(json.dumps(ROWS))
    return path


def test_an_abstract_without_its_conclusion_is_a_page(rows):
    bank = pubmedqa.read(rows).bank
    assert bank.page["11"].text == "# Abstract 11\n\nMethods: Trials were pooled.\n\nThe risk was 20 % lower."
    assert bank.page["12"].text == "# Abstract 12\n\nAspirin pills."


def test_a_row_asks_yes_no_or_maybe_in_that_order(rows):
    first, second = pubmedqa.read(rows).bank.items
    assert first.question == "Does aspirin lower the risk of colorectal cancer?"
    assert (first.written, first.answer, first.fixed_order) == (("yes", "no", "maybe"), "yes", True)
    assert (second.written, second.answer, second.place) == (("yes", "no", "maybe"), "maybe", 2)


def test_rows_that_cannot_be_asked_are_listed(rows):
    assert {row.id: row.reason for row in pubmedqa.read(rows).left_out} == {
        "13": "no abstract",
        "14": "no question",
        "15": "no decision of yes, no or maybe",
        "16": "the question stands word for word on a page",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[]", "expected PubMedQA's JSON"),
        ('{"1": "x"}', "expected PubMedQA's JSON"),
        ('{"1": {"QUESTION": "x"}}', "none of its 1 rows has a question"),
    ],
)
def test_a_file_that_is_not_pubmedqa_is_named(rows, text, message):
    rows.write_text(text)
    with pytest.raises(ConfigError, match=f"ori_pqal.json: {message}"):
        pubmedqa.read(rows)


def test_the_nearest_pages_are_those_with_the_rarer_words():
    pages = [
        Page("a", "the heart pumps the blood"),
        Page("b", "the mitral valve of the heart"),
        Page("c", "the kidney"),
        Page("d", "lungs"),
    ]
    assert nearest(pages, {"q": "the mitral heart"}, 2) == {"q": ("b", "a")}
    assert nearest(pages, {"q": "spleen"}, 2) == {"q": ()}


def wording(text):
    """A text's letters and digits alone: raised and lowered signs are written otherwise in the parsed data."""
    return [sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum()]


def test_the_real_anatomy_book_gives_the_questions_that_were_parsed_before(shared):
    folder = shared("exams/openstax_anatomy_physiology_2e")
    imported = openstax.read(folder / "raw")
    rows = [json.loads(line) for line in (folder / "mcq.jsonl").read_text(encoding="utf-8").splitlines()]
    items = {item.id: item for item in imported.bank.items}
    assert len(rows) == len(items) == 714
    for row in rows:
        item = items[row["id"]]
        assert wording(item.question) == wording(row["question"])
        assert list(map(wording, item.written)) == list(map(wording, row["options"]))
        assert "ABCDE"[item.place] == row["answer"]
        assert item.gold == (row["section_id"],)
    assert Counter(row.reason for row in imported.left_out) == {"not multiple choice": 512, "page: preface": 1}
    sections = [s["section_id"] for s in json.loads((folder / "book.json").read_text(encoding="utf-8"))["sections"]]
    assert [page.id for page in imported.bank.pages] == sections[1:]


def test_the_real_pubmedqa_is_taken_whole(shared):
    imported = pubmedqa.read(shared("exams/pubmedqa/ori_pqal.json"))
    assert not imported.left_out
    assert Counter(item.answer for item in imported.bank.items) == {"yes": 552, "no": 338, "maybe": 110}
