"""Prompts fit their length exactly, whatever the tokenizer, with and without a chat template."""

import hashlib
import json
import subprocess
import sys

import pytest

from medlong.errors import ConfigError
from medlong.exam import prompts
from medlong.exam.sitting import ANSWER_TOKENS, CONTROL_ARMS, LENGTH_ARMS, sitting
from medlong.exam.tokens import ReferenceCounter, TokenizerCounter, counter_for

ARMS = (*CONTROL_ARMS, *LENGTH_ARMS)


def word_level_tokenizer(folder):
    """A tokenizer of another family: whole words and single marks, white space kept as its own token."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    from medlong.exam import formulary

    raw = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    raw.pre_tokenizer = pre_tokenizers.Split(Regex(r"\w+|\s|[^\w\s]"), "isolated")
    trainer = trainers.WordLevelTrainer(special_tokens=["[UNK]", "[BOS]"], show_progress=False)
    raw.train_from_iterator([page.text for page in formulary.build().pages], trainer)
    PreTrainedTokenizerFast(tokenizer_object=raw, unk_token="[UNK]", bos_token="[BOS]").save_pretrained(folder)
    return folder


@pytest.fixture(scope="session", params=["bpe with chat template", "word level", "smollm2"])
def tokenizer(request, tmp_path_factory):
    from transformers import AutoTokenizer

    if request.param == "smollm2":
        path = request.getfixturevalue("smollm2")
    elif request.param == "word level":
        path = word_level_tokenizer(tmp_path_factory.mktemp("words"))
    else:
        path = request.getfixturevalue("tiny_model")
    return str(path), AutoTokenizer.from_pretrained(path)


def rendered_tokens(tokenizer, text, chat):
    if chat:
        text = tokenizer.apply_chat_template(
            [{"role": "user", "content": text}], add_generation_prompt=True, tokenize=False
        )
    begins = bool(tokenizer.bos_token) and text.startswith(tokenizer.bos_token)  # as HFLM.tok_encode
    return len(tokenizer(text, add_special_tokens=not begins)["input_ids"])


@pytest.mark.parametrize("arm", LENGTH_ARMS)
def test_prompt_and_answer_never_exceed_the_length_and_the_longest_fills_it(tokenizer, arm):
    path, real = tokenizer
    sat = sitting("formulary", counter_for({"pretrained": path}), 0, ANSWER_TOKENS)
    length, chat = LENGTH_ARMS[arm], bool(real.chat_template)
    sheets = sat.sheets(arm)
    longest_page = max(sat._packer.costs.page.values())
    by_book = {}
    for sheet in sheets:
        by_book.setdefault(sheet.book, []).append(sheet)
    books = sorted(by_book)[:: max(1, len(by_book) // 4)]
    for book in books:
        exact = []
        for sheet in by_book[book]:
            text = sheet.prefix + prompts.tail("generate", sheet.seat.item.question, sheet.seat.options)
            exact.append(rendered_tokens(real, text, chat))
            assert exact[-1] <= sat.counter.overhead + sheet.prefix_tokens + sat.tails["generate", sheet.seat.item.id]
        gold = max(len(sheet.seat.item.gold) for sheet in by_book[book])
        alone = len(by_book[book]) == 1 and by_book[book][0].prefix.count("\n\n# ") == gold
        assert max(exact) + ANSWER_TOKENS <= length or (arm == "001k" and alone)  # nothing but gold pages, too long
        stagger = 0.05 * length
        assert max(exact) + ANSWER_TOKENS > length - stagger - longest_page


def test_recorded_tokens_are_those_of_the_rendered_prompt(tokenizer):
    path, real = tokenizer
    sat = sitting("formulary", counter_for({"pretrained": path}), 0, ANSWER_TOKENS)
    for scoring in prompts.SCORINGS:
        for arm in ("closed", "oracle", "002k", "008k"):
            for sheet in sat.sheets(arm)[:60:7]:
                text = sheet.prefix + prompts.tail(scoring, sheet.seat.item.question, sheet.seat.options)
                stated = sat.counter.overhead + sheet.prefix_tokens + sat.tails[scoring, sheet.seat.item.id]
                assert rendered_tokens(real, text, bool(real.chat_template)) == stated


def test_a_first_token_that_the_chat_template_writes_itself_is_counted_once(tmp_path):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(word_level_tokenizer(tmp_path))
    tokenizer.chat_template = "{{ bos_token }}{% for m in messages %}{{ m['content'] }}{% endfor %}"
    assert TokenizerCounter("x", tokenizer).overhead == 1


def test_the_same_items_are_asked_in_every_arm_in_the_same_order():
    sat = sitting("formulary", ReferenceCounter(), 0, ANSWER_TOKENS)
    orders = {arm: [sheet.seat.item.id for sheet in sat.sheets(arm)] for arm in ARMS}
    assert all(order == orders["closed"] for order in orders.values())
    assert len(orders["closed"]) >= 400


def test_gold_pages_are_in_the_prompt_and_closed_has_no_page():
    sat = sitting("formulary", ReferenceCounter(), 0, ANSWER_TOKENS)
    for arm in ARMS:
        for sheet in sat.sheets(arm)[:80]:
            for page in sheet.seat.item.gold:
                assert (sat.bank.page[page].text in sheet.prefix) == (arm != "closed")


@pytest.mark.parametrize("arm", ["008k", "032k"])
def test_twenty_items_share_a_long_book(smollm2, arm):
    sat = sitting("formulary", counter_for({"pretrained": str(smollm2)}), 0, ANSWER_TOKENS)
    prefixes = [sheet.prefix for sheet in sat.sheets(arm)]
    assert len(set(prefixes)) * 20 == len(prefixes)


def test_the_reference_counter_errs_upwards(tokenizer):
    path, _ = tokenizer
    from medlong.exam import formulary

    pages = [page.text for page in formulary.build().pages[:200]]
    real, reference = counter_for({"pretrained": path}).counts(pages), ReferenceCounter().counts(pages)
    if "words" not in path:  # white space as tokens of their own is not what any evaluated model does
        assert sum(reference) >= sum(real)


def test_an_unknown_arm_is_named_with_the_known_ones():
    with pytest.raises(ConfigError, match=r"no arm named '3k'; known: closed, oracle, 001k"):
        sitting("formulary", ReferenceCounter(), 0, ANSWER_TOKENS).sheets("3k")


SCRIPT = """
import hashlib, json
from medlong.exam.sitting import sitting, LENGTH_ARMS
from medlong.exam.tokens import ReferenceCounter
sat = sitting("formulary", ReferenceCounter(), 3, 64)
arms = ("oracle", *LENGTH_ARMS)
seen = [[s.prefix, s.seat.item.id, s.seat.options, s.depth] for arm in arms for s in sat.sheets(arm)]
print(hashlib.sha256(json.dumps(seen).encode()).hexdigest())
"""


def test_two_processes_with_other_hash_seeds_write_the_same_bytes():
    digests = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT], env={"PYTHONHASHSEED": seed}, check=True, capture_output=True, text=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_the_wording_of_each_scoring_is_pinned():
    """A change here moves scores: raise metadata.version of the tasks with it."""
    sat = sitting("formulary", ReferenceCounter(), 0, ANSWER_TOKENS)
    sheet = sat.sheets("oracle")[0]
    forms = [sheet.prefix + prompts.tail(s, sheet.seat.item.question, sheet.seat.options) for s in prompts.SCORINGS]
    assert forms[0].startswith("Answer the question. When pages of a book are given, rely on those pages only.\n\n# ")
    assert forms[0].endswith('\nReply with one line: "Answer: " and the letter of the right option.')
    assert forms[1].endswith(f"\nD. {sheet.seat.options[3]}\nAnswer:")
    assert forms[2].endswith(f"\n\nQuestion: {sheet.seat.item.question}\nAnswer:")
    assert len({hashlib.sha256(json.dumps(form).encode()).hexdigest() for form in forms}) == 3
