"""The functions the task files name."""

import json

import pytest

from medlong.errors import ConfigError
from medlong.exam import tasks
from medlong.exam.tokens import window_for

METADATA = {"medlong_tokenizer": "reference", "version": 1.0, "config_source": "x.yaml", "pretrained": "nowhere"}


def docs(arm="001k", scoring="letter", **metadata):
    return list(tasks.load(arm=arm, scoring=scoring, **METADATA, **metadata)["test"])


def test_a_document_holds_everything_the_comparison_reads_and_no_book():
    doc = docs()[0]
    assert {"id", "kind", "arm", "book", "book_hash", "depth", "depth_fifth", "n_tokens", "letter", "run_id"} <= set(
        doc
    )
    assert len(json.dumps(doc)) < 1500
    assert doc["options"][doc["answer_index"]] in tasks.doc_to_text(doc)


def test_all_scorings_of_an_arm_read_the_same_books():
    hashes = [[doc["book_hash"] for doc in docs(scoring=scoring)] for scoring in ("generate", "letter", "cloze")]
    assert hashes[0] == hashes[1] == hashes[2]


def test_items_can_be_limited_to_balanced_blocks():
    first = docs(medlong_items=60)
    assert len(first) == 60
    assert len({(doc["kind"], doc["letter"], doc["depth_fifth"]) for doc in first}) == 60


def test_items_can_be_limited_to_kinds_that_stay_balanced():
    whole = {doc["id"]: doc for doc in docs()}
    chosen = docs(medlong_kinds="lookup, two_hop", medlong_items=40)
    assert chosen == [doc for doc in whole.values() if doc["kind"] in ("lookup", "two_hop")][:40]
    assert len({(doc["kind"], doc["letter"], doc["depth_fifth"]) for doc in chosen}) == 40
    assert docs(medlong_kinds=["lookup", "two_hop"], medlong_items=40) == chosen


@pytest.mark.parametrize(
    ("scoring", "results", "acc", "no_answer"),
    [
        ("generate", ["B"], 1.0, 0.0),
        ("generate", ["A"], 0.0, 0.0),
        ("generate", [""], 0.0, 1.0),
        ("letter", [(-2.0, False), (-1.0, True), (-3.0, False), (-4.0, False)], 1.0, 0.0),
        ("letter", [(-1.0, False), (-2.0, True), (-3.0, False), (-4.0, False)], 0.0, 0.0),
        ("cloze", [(-5.0, False), (-6.0, False), (-7.0, False), (-8.0, False)], 1.0, 0.0),
    ],
)
def test_every_scoring_gives_every_metric(scoring, results, acc, no_answer):
    doc = {"scoring": scoring, "letter": "B", "options": ["x", "yyyy", "z", "w"], "overlength": 0}
    assert tasks.process_results(doc, results) == {"acc": acc, "no_answer": no_answer, "overlength": 0.0}


def test_filters_read_the_first_response_of_each_document():
    answered = [{"options": ["x", "y"], "letter": "B"}] * 2
    assert tasks.strict([["Answer: B"], ["B"]], answered) == ["B", ""]
    assert tasks.lenient([["Answer: B"], ["B"]], answered) == ["B", "B"]


def test_an_item_longer_than_the_window_is_over_length_and_said_so(caplog):
    over = [doc["overlength"] for doc in docs(arm="002k", scoring="generate", max_length=1500)]
    assert all(over)
    assert "480 of 480 items are longer than the model's window of 1500 tokens (max_length)" in caplog.text
    assert not any(doc["overlength"] for doc in docs(arm="002k", scoring="generate", max_length=2048))


def test_a_longer_answer_budget_leaves_shorter_books():
    longest = max(doc["n_tokens"] for doc in docs(arm="002k", scoring="generate", medlong_answer_tokens=512))
    assert longest + 512 <= 2048
    assert max(doc["n_tokens"] for doc in docs(arm="002k", scoring="generate")) > longest + 300


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"medlong_seed": "x"}, "--metadata: medlong_seed: expected a whole number of at least 0, got 'x'"),
        ({"medlong_items": 0}, "--metadata: medlong_items: expected a whole number of at least 1, got 0"),
        ({"medlong_answer_tokens": True}, "medlong_answer_tokens: expected a whole number"),
        ({"medlong_item": 60}, "--metadata: no setting named 'medlong_item'; did you mean 'medlong_items'?"),
        ({"medlong_kinds": "lokup"}, "--metadata: medlong_kinds: no kind named 'lokup'; did you mean 'lookup'?"),
        ({"medlong_kinds": 3}, "--metadata: medlong_kinds: expected names of kinds joined by commas, got 3"),
        ({"bank": "formulry"}, "no bank named 'formulry'; did you mean 'formulary'?"),
    ],
)
def test_bad_metadata_gives_one_clear_message(metadata, message):
    with pytest.raises(ConfigError) as error:
        docs(**metadata)
    assert message in str(error.value)


def test_an_unknown_tokenizer_falls_back_to_the_reference_counter_and_says_so(caplog, tmp_path):
    list(tasks.load(arm="closed", scoring="letter", pretrained=str(tmp_path / "none"))["test"])
    assert "no tokenizer could be loaded" in caplog.text


def test_the_run_id_is_read_beside_the_checkpoint_or_one_folder_above(tmp_path):
    merged = tmp_path / "run" / "merged"
    merged.mkdir(parents=True)
    assert tasks.run_id_of({"pretrained": str(merged)}) == ""
    (tmp_path / "run" / "medlong_run.json").write_text('{"run_id": "abc"}')
    assert tasks.run_id_of({"pretrained": str(merged)}) == "abc"
    assert tasks.run_id_of({"pretrained": "base", "peft": str(tmp_path / "run")}) == "abc"


@pytest.mark.parametrize(
    ("metadata", "tokens"),
    [
        ({"max_length": 4096}, 4096),
        ({"max_model_len": "8192"}, 8192),
        ({"base_url": "http://127.0.0.1:1/v1/completions"}, 2047),
        ({"base_url": "http://127.0.0.1:1/v1/completions", "max_length": 4096}, 4095),
        ({"base_url": "http://127.0.0.1:1/v1/chat/completions"}, None),
        ({"max_length": "auto"}, None),
        ({"max_model_len": -1}, None),
        ({}, None),
    ],
)
def test_the_window_is_what_the_engine_will_really_take(metadata, tokens):
    window = window_for(metadata)
    assert (window.tokens if window else None) == tokens


def test_a_broken_run_record_is_named(tmp_path):
    (tmp_path / "medlong_run.json").write_text("{")
    with pytest.raises(ConfigError, match=r"medlong_run.json: not a run record"):
        tasks.run_id_of({"pretrained": str(tmp_path)})
