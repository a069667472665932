"""Filters, near duplicates and contamination in a build: what goes is counted, listed, and not trained on."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from medlong.errors import DataError
from medlong.exam import formulary
from medlong.mixing.build import build

QUESTION = formulary.build().items[0].question
LONG = (
    "The patient had a fever for three days and took a tablet of the drug each morning with a glass of water. On the "
    "fourth day the fever was gone, and a nurse who came by in the afternoon wrote down what had been taken and when"
)


def rows(path: Path, pairs: list[tuple[str, str]]) -> None:
    path.write_text("".join(json.dumps({"question": q, "answer": a}) + "\n" for q, a in pairs))


@pytest.fixture
def mixture(tmp_path: Path) -> Callable[..., Path]:
    """Write two sources, one component each, and a mixture of 8 rows with the sections that are given."""
    rows(
        tmp_path / "general.jsonl",
        [(f"What is {n} plus {n}, my friend number {n}?", f"It is {2 * n}.") for n in range(8)] + [(LONG, "Noted.")],
    )
    rows(
        tmp_path / "medical.jsonl",
        [(f"Which organ is number {n} of the list?", f"Organ {n}.") for n in range(6)]
        + [
            ("As an AI, what can you do?", "Nothing of use."),
            (QUESTION, "As the page says."),
            (LONG + " again", "Noted."),
        ],
    )

    def write(**sections: object) -> Path:
        path = tmp_path / "mix.yaml"
        source = {"format": "qa", "licence": "MIT"}
        spec = {
            "medlong_mixture": 1,
            "name": "mix",
            "sources": {name: {**source, "files": [f"{name}.jsonl"]} for name in ("general", "medical")},
            "components": {name: {"sources": [name]} for name in ("general", "medical")},
            "counts": {"general": 6, "medical": 6},
            **sections,
        }
        path.write_text(yaml.safe_dump(spec))
        return path

    return write


def dropped(built) -> dict[str, dict[str, int]]:
    return {
        name: use["dropped"] for part in built.manifest["components"].values() for name, use in part["sources"].items()
    }


def test_what_goes_is_counted_by_reason_listed_and_not_trained_on(mixture, tmp_path):
    pytest.importorskip("datasketch")
    path = mixture(
        filter={"exclude_terms": ["as an AI"]},
        dedup={"near": {"jaccard": 0.6}},
        decontaminate={"banks": ["formulary"]},
    )
    built = build(path, tmp_path / "out")
    assert dropped(built) == {
        "general": {},
        "medical": {"contaminated_question": 1, "excluded_term": 1, "near_duplicate": 1},
    }
    drops = [json.loads(line) for line in (built.folder / "drops.jsonl").open()]
    assert {drop["reason"] for drop in drops} == {"contaminated_question", "excluded_term", "near_duplicate"}
    (given_away,) = [drop for drop in drops if drop["reason"] == "contaminated_question"]
    assert given_away["theirs"] == QUESTION
    assert given_away["bank"] == "formulary"
    trained = (built.folder / "train.jsonl").read_text()
    assert trained.count("\n") == 12
    assert not any(text in trained for text in (QUESTION, "As an AI", f"{LONG} again"))
    assert build(path, tmp_path / "out").was_current


def test_without_sections_nothing_goes_and_nothing_is_listed(mixture, tmp_path):
    built = build(mixture(), tmp_path / "out")
    assert dropped(built) == {"general": {}, "medical": {}}
    assert not (built.folder / "drops.jsonl").exists()
    assert "drops" not in built.manifest


def test_a_reported_row_is_listed_and_stays(mixture, tmp_path):
    path = mixture(decontaminate={"banks": ["formulary"], "action": "report"}, counts={"general": 9, "medical": 9})
    built = build(path, tmp_path / "out")
    assert QUESTION in (built.folder / "train.jsonl").read_text()
    assert dropped(built)["medical"] == {}
    (drop,) = [json.loads(line) for line in (built.folder / "drops.jsonl").open()]
    assert drop["dropped"] is False


def test_an_error_names_the_row_and_leaves_nothing(mixture, tmp_path):
    path = mixture(decontaminate={"banks": ["formulary"], "action": "error"})
    with pytest.raises(DataError, match=r"source 'medical': .*medical\.jsonl: line 8: gives away .* of bank formulary"):
        build(path, tmp_path / "out")
    assert not (tmp_path / "out").exists() or not any((tmp_path / "out").iterdir())


def test_rows_too_long_for_the_trainer_go_and_tokens_are_counted(mixture, tmp_path, tiny_model):
    path = mixture(
        tokenizer={"path": str(tiny_model)}, sequence_len=48, filter={"longer_than_sequence": "drop"},
        counts={"general": 5, "medical": 5},
    )  # fmt: skip
    built = build(path, tmp_path / "out")
    assert dropped(built)["general"]["too_long"] >= 1
    for content in built.manifest["components"].values():
        realised = content["realised"]
        assert 0 < realised["trainable_tokens"] < realised["tokens"] <= 48 * realised["examples"]
    assert built.manifest["tokenizer"]["name"] == tiny_model.name


def test_long_rows_are_as_long_as_the_named_tokenizer_says(mixture, tmp_path, tiny_model):
    long = {"synth": "distractor_qa", "from": "medical_embedded", "target_tokens": [512], "rows": 12, "licence": "MIT"}
    path = mixture(
        tokenizer={"path": str(tiny_model)}, sequence_len=512, filter={"longer_than_sequence": "error"},
        components={"long": {"sources": ["long"]}}, sources={"long": long}, counts={"long": 12},
    )  # fmt: skip
    realised = build(path, tmp_path / "out").manifest["components"]["long"]["realised"]
    assert 0.8 * 512 * 12 < realised["tokens"] <= 512 * 12
