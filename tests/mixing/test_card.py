import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from medlong.cli import main
from medlong.mixing.build import build
from medlong.mixing.card import languages, size_category

Writer = Callable[..., Path]


def front(text: str) -> dict:
    head, _, _ = text.removeprefix("---\n").partition("---\n")
    return yaml.safe_load(head)


@pytest.mark.usefixtures("two_sources")
def test_the_card_is_written_and_says_what_is_in_the_folder(
    tmp_path: Path, write_mixture: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = {
        "a": {"files": ["a.jsonl"], "format": "qa", "licence": "MIT", "about": "x | <b>y</b>\n# z"},
        "b": {"files": ["b.jsonl"], "format": "qa", "licence": "CC BY-NC 4.0"},
    }
    built = build(write_mixture(sources=sources), tmp_path / "out")
    text = (built.folder / "README.md").read_text()
    assert front(text) == {
        "pretty_name": "trial",
        "license": ["cc-by-nc-4.0", "mit"],
        "size_categories": ["n<1K"],
        "task_categories": ["text-generation"],
        "configs": [{"config_name": "default", "data_files": [{"split": "train", "path": "train.jsonl"}]}],
    }
    assert "**Not for commercial use: 10 of 20 rows are under CC-BY-NC-4.0.**" in text
    assert "x \\| &lt;b>y&lt;/b> \\# z" in text
    hashes = ("file_sha256", "index_sha256", "spec_sha256", "mixture_id")
    assert all(built.manifest[name] in text for name in hashes)
    assert str(tmp_path) not in text
    assert main(["mix", "card", str(built.folder)]) == 0
    assert capsys.readouterr().out == text
    assert built.manifest["licences"] == {
        "union": ["CC-BY-NC-4.0", "MIT"],
        "non_commercial": True,
        "share_alike": False,
        "no_derivatives": False,
        "unknown": [],
    }


@pytest.mark.usefixtures("two_sources")
def test_the_card_of_a_mixture_in_tokens(
    tmp_path: Path, write_mixture: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = build(write_mixture(), tmp_path / "out").folder
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest |= {"unit": "tokens", "total": 50_000, "requested": 60_000, "length_unit": "tokens"}
    manifest |= {"rejects": "rejects.jsonl", "rejects_sha256": "ab" * 32, "drops": "d.jsonl", "drops_sha256": "cd" * 32}
    manifest["same_prompt"] = {"prompts": 2, "rows": 4}
    short, long = (
        {"examples": 5, "characters": 9, "tokens": tokens, "trainable_tokens": 7} for tokens in (2_000, 23_000)
    )
    for content in manifest["components"].values():
        realised = {name: short[name] + long[name] for name in short}
        content["realised"] = realised
        for use in content["sources"].values():
            use |= {"quota": 25_000, "realised": realised, "length_bands": {"up to 512": short, "2049 to 8192": long}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert main(["mix", "card", str(folder)]) == 0
    text = capsys.readouterr().out
    assert front(text)["size_categories"] == ["n<1K"]
    assert "20 conversations for fine-tuning" in text
    assert "`share`, `quota`, `realised` and `of all` are of tokens" in text
    assert (
        "60,000 tokens were asked for; without repetition the sources have enough for 50,000 in these shares.\n" in text
    )
    assert "2 prompts of the sources have several answers, in 4 rows.\n" in text
    _, _, lengths = text.partition("## Lengths\n")
    assert "| medical | b | up to 512 | 5 | 25.0 % | 2,000 | 4.0 % |" in lengths
    assert "|  |  | 2049 to 8192 | 5 | 25.0 % | 23,000 | 46.0 % |" in lengths
    assert f"| `rejects.jsonl` | bad rows, each with its fault | `{'ab' * 32}` |" in text
    assert f"| `d.jsonl` | rows that were left out or reported, each with its reason | `{'cd' * 32}` |" in text
    assert "A source's quota of tokens ends with the row that comes nearest" in text


@pytest.mark.usefixtures("two_sources")
def test_licences_of_sources_that_gave_no_row_do_not_count(tmp_path: Path, write_mixture: Writer) -> None:
    sources = {
        "a": {"files": ["a.jsonl"], "format": "qa", "licence": "CC-BY-NC-4.0"},
        "b": {"files": ["b.jsonl"], "format": "qa", "licence": "unstated"},
    }
    built = build(write_mixture(sources=sources, shares={"general": 0, "medical": 1}), tmp_path / "out")
    assert built.manifest["licences"]["union"] == built.manifest["licences"]["unknown"] == ["unstated"]
    assert not built.manifest["licences"]["non_commercial"]
    text = (built.folder / "README.md").read_text()
    assert front(text)["license"] == "unknown"
    assert "- **unstated: not in medlong's list; find out what is allowed**" in text
    assert "Not for commercial use" not in text


def test_the_hub_library_reads_the_card_and_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub, datasets = pytest.importorskip("huggingface_hub"), pytest.importorskip("datasets")
    from medlong import catalog

    built = build(catalog.folder("mixtures") / "half_general.yaml", tmp_path / "out")
    data = hub.DatasetCard.load(built.folder / "README.md").data
    assert (data.license, data.language, data.pretty_name) == ("apache-2.0", ["en"], "half_general")
    found = datasets.load_dataset(str(built.folder), cache_dir=str(tmp_path / "cache"))
    assert list(found) == ["train"]
    assert found["train"].num_rows == 400
    assert found["train"].column_names == ["messages"]


@pytest.mark.parametrize(
    ("total", "name"),
    [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (99_999, "10K<n<100K"), (10**6, "1M<n<10M"), (10**12, "n>1T")],
)
def test_size_categories_are_the_hubs(total: int, name: str) -> None:
    assert size_category(total) == name


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["What is the cause of a fever?", "It is a sign of an infection in the body."], ["en"]),
        (["感冒了应该怎么办？", "多喝水，注意休息。"], ["zh"]),
        (["What is the word for heart in Chinese?", "心脏，也可以说是心。"], ["en", "zh"]),
        (["心臓の働きについて教えてください。", "心臓は血液を送り出すポンプです。"], []),
        (["Wie geht es dir heute morgen?", "Mir geht es gut, danke sehr."], []),
        (["1 + 1 = ?", "2"], []),
    ],
)
def test_languages_are_told_only_when_plain(tmp_path: Path, texts: list[str], found: list[str]) -> None:
    path = tmp_path / "train.jsonl"
    turns = [{"role": "user", "content": text} for text in texts]
    path.write_text(json.dumps({"messages": turns}) + "\n", encoding="utf-8")
    assert languages(path) == found
