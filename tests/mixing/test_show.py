import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from medlong.cli import main
from medlong.mixing.build import build

Writer = Callable[..., Path]
NC = {"format": "qa", "licence": "CC-BY-NC-4.0"}


@pytest.fixture
def built(tmp_path: Path, write_mixture: Writer, two_sources: None) -> Path:
    sources = {"a": {"files": ["a.jsonl"], "format": "qa", "licence": "MIT"}, "b": {"files": ["b.jsonl"], **NC}}
    path = write_mixture(sources=sources, shares={"general": 0.3, "medical": 0.7})
    return build(path, tmp_path / "out").folder


def edit(folder: Path, change: Callable[[dict], object]) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_the_table_has_components_sources_and_the_licence_flag(
    built: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert main(["mix", "show", str(built)]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["trial", built.name]
    medical = next(line for line in lines if line[:1] == ["medical"])
    assert medical[1:9] == ["7/10", "14", "14", "70.0", "%", "100", "0", "1"]
    assert int(medical[9]) > 14 * 10
    source = next(line for line in lines if line[:1] == ["b"])
    assert source[:10] == ["b", "CC-BY-NC-4.0", "(non-commercial)", "14", "14", "70.0", "%", "100", "0", "1"]
    assert ["licences:", "CC-BY-NC-4.0,", "MIT"] in lines
    assert ["!", *["CC-BY-NC-4.0:", "no", "commercial", "use", "of", "these", "rows"]] in lines
    assert not any("tokens" in line or "rejected" in line for line in lines)


def test_tokens_have_columns_where_the_manifest_counts_them(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def count(manifest: dict) -> None:
        manifest["components"]["general"]["sources"]["a"]["rejected"] = 77
        for content in manifest["components"].values():
            content["realised"] |= {"tokens": 12345, "trainable_tokens": 678}
        manifest["components"]["general"]["sources"]["a"]["realised"] = {
            **{"examples": 6, "characters": 91, "tokens": 2222},
            "trainable_tokens": 111,
        }

    edit(built, count)
    assert main(["mix", "show", str(built)]) == 0
    printed = capsys.readouterr().out
    assert "trainable tokens" in printed
    general, a = (next(line for line in printed.splitlines() if name in line.split()) for name in ("general", "a"))
    assert general.split()[-2:] == ["12,345", "678"]
    assert "rejected" in printed
    assert a.split()[6:8] == ["100", "77"]
    assert a.split()[-3:] == ["91", "2,222", "111"]


def counts(examples: int, characters: int, tokens: int, trainable: int) -> dict[str, int]:
    return {"examples": examples, "characters": characters, "tokens": tokens, "trainable_tokens": trainable}


def in_tokens(manifest: dict) -> None:
    """Make the mixture one in trainable tokens: of five, four are medical, most of them in one long row."""
    manifest |= {"unit": "trainable_tokens", "total": 1000, "requested": 2500, "length_unit": "tokens"}
    manifest["same_prompt"] = {"prompts": 3, "rows": 7}
    general, medical = (manifest["components"][name] for name in ("general", "medical"))
    general |= {"share": "1/5", "quota": 200, "realised": counts(6, 800, 260, 198)}
    medical |= {"share": "4/5", "quota": 800, "realised": counts(14, 9000, 2100, 802)}
    general["sources"]["a"] |= {
        **{"quota": 200, "realised": general["realised"]},
        "length_bands": {"up to 512": general["realised"]},
    }
    medical["sources"]["b"] |= {
        **{"quota": 800, "realised": medical["realised"]},
        "length_bands": {"513 to 2048": counts(1, 8000, 1800, 600), "up to 512": counts(13, 1000, 300, 202)},
    }


def test_a_mixture_in_tokens_says_so_in_every_column(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(built, in_tokens)
    assert main(["mix", "show", str(built)]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[1:4] == [
        "20 examples, shares in trainable tokens, seed 0, messages-v1",
        "2,500 trainable tokens were asked for; without repetition the sources have enough for 1,000 in these shares",
        "3 prompts of the sources have several answers, in 7 rows",
    ]
    assert "component source licence share quota realised of all examples available duplicates" in lines[5]
    first = next(n for n, line in enumerate(lines) if line.startswith("medical"))
    assert lines[first].startswith("medical 4/5 800 802 80.2 % 14 100 ")
    assert lines[first + 1] == "b CC-BY-NC-4.0 (non-commercial) 800 802 80.2 % 14 100 0 1 9,000 2,100 802"
    head = lines.index(
        "component source tokens a row examples of all trainable tokens of all trainable tokens", first + 2
    )
    assert lines[head + 2 : head + 5] == [
        "general a up to 512 6 30.0 % 198 19.8 %",
        "medical b up to 512 13 65.0 % 202 20.2 %",
        "513 to 2048 1 5.0 % 600 60.0 %",
    ]


def test_lengths_are_told_of_when_there_are_several_bands(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def characters(manifest: dict) -> None:
        in_tokens(manifest)
        manifest |= {"unit": "examples", "total": 20, "requested": 20, "length_unit": "characters", "same_prompt": None}
        bands = {"over 131072": counts(2, 8800, 0, 0), "up to 2048": counts(12, 200, 0, 0), "new": counts(0, 0, 0, 0)}
        manifest["components"]["medical"]["sources"]["b"]["length_bands"] = bands

    edit(built, characters)
    assert main(["mix", "show", str(built)]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "asked for" not in lines[2]
    assert any(line.startswith("b CC-BY-NC-4.0 (non-commercial) 800 14 70.0 % 100 ") for line in lines)
    assert "medical b up to 2048 12 60.0 % 200 2.0 %" in lines
    assert "over 131072 2 10.0 % 8,800 89.8 %" in lines
    edit(built, lambda m: m["components"]["medical"]["sources"]["b"].update(length_bands={}))
    assert main(["mix", "show", str(built)]) == 0
    assert "a row" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.update(unit="rows"), "unit: .*'tokens'.*got 'rows'"),
        (
            lambda m: m["components"]["general"]["realised"].pop("trainable_tokens"),
            "components.general.realised lacks t",
        ),
        (
            lambda m: m["components"]["general"]["sources"]["a"].pop("realised"),
            "general.sources.a.realised lacks train",
        ),
        (lambda m: m.update(length_unit="words"), "length_unit: .*got 'words'"),
    ],
)
def test_a_unit_that_is_not_counted_is_a_fault(
    built: Path, capsys: pytest.CaptureFixture[str], change: Callable[[dict], object], message: str
) -> None:
    edit(built, in_tokens)
    edit(built, change)
    assert main(["mix", "show", str(built)]) == 2
    assert re.search(message, capsys.readouterr().err)


def test_rows_come_with_where_they_are_from(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mix", "show", str(built), "--rows", "2"]) == 0
    printed = capsys.readouterr().out
    index = [json.loads(line) for line in (built / "index.jsonl").read_text().splitlines()]
    train = [json.loads(line)["messages"] for line in (built / "train.jsonl").read_text().splitlines()]
    for n in range(2):
        assert f"row {n + 1}: {index[n]['component']} / {index[n]['source']}" in printed
        assert index[n]["content_id"] in printed
        assert f"user:\n{train[n][0]['content']}\nassistant:\n{train[n][1]['content']}" in printed
    assert "row 3" not in printed


def test_no_row_can_steer_the_terminal(
    tmp_path: Path, write_mixture: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"question": "[red]q\x1b[2J", "answer": "x\ud83d\ude00"}))
    path = write_mixture(components={"general": {"sources": ["a"]}}, shares={"general": 1}, total=1)
    assert main(["mix", "show", str(build(path, tmp_path / "out").folder), "--rows", "9"]) == 0
    assert "user:\n[red]q␛[2J\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.pop("components"), "components: required, but not there"),
        (lambda m: m["components"]["general"].update(share="x"), "components.general.share: must be a share from 0"),
        (lambda m: m["components"]["general"].update(quota="six"), "components.general.quota: .*got 'six'"),
        (lambda m: m["components"]["general"].update(realised=None), "components.general.realised: .*got None"),
        (lambda m: m["components"]["general"].update(sources=[]), "components.general.sources: .*dictionary"),
        (lambda m: m["components"]["general"]["sources"]["a"].pop("taken"), "sources.a.taken: required"),
        (lambda m: m["sources"].pop("a"), "components.general has source 'a', which `sources` lacks"),
        (lambda m: m["sources"]["a"].update(licence=3), "sources.a.licence: .*got 3"),
        (lambda m: m.update(index="../index.jsonl"), "index: .*got '../index.jsonl'"),
    ],
)
def test_a_manifest_edited_by_hand_is_one_clear_message(
    built: Path, capsys: pytest.CaptureFixture[str], change: Callable[[dict], object], message: str
) -> None:
    edit(built, change)
    for command in (["show", str(built)], ["card", str(built)], ["diff", str(built), str(built)]):
        assert main(["mix", *command]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        start = f"medlong: error: {built}: not a whole manifest: "
        assert line.startswith(start)
        assert line.endswith("; build the mixture again")
        assert re.search(message, line)


def test_files_that_were_changed_are_named(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train = built / "train.jsonl"
    lines = train.read_text().splitlines(keepends=True)
    for text, at in (("".join([lines[1], lines[0], *lines[2:]]), 1), ("".join(lines[:-1]), 20), ("{", 1)):
        train.write_text(text)
        assert main(["mix", "show", str(built), "--rows", "99"]) == 2
        assert f"{train}: line {at} is not the row that the index names" in capsys.readouterr().err
    (built / "index.jsonl").write_text("{}\n")
    assert main(["mix", "show", str(built), "--rows", "1"]) == 2
    assert f"{built / 'index.jsonl'}: changed since the mixture was built" in capsys.readouterr().err
    (built / "index.jsonl").unlink()
    assert main(["mix", "show", str(built), "--rows", "1"]) == 2
    assert "no such file" in capsys.readouterr().err
    assert main(["mix", "show", str(built)]) == 0


def test_a_count_of_rows_is_a_number(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["mix", "show", str(built), "--rows", "-1"])
    assert "--rows: expected a number of rows, 0 or more, got '-1'" in capsys.readouterr().err


def test_a_plot_needs_a_known_suffix(built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mix", "show", str(built), "--plot", str(tmp_path / "x.jpg")]) == 2
    assert "x.jpg: the name must end in .png or .svg" in capsys.readouterr().err
    assert not (tmp_path / "x.jpg").exists()


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_a_plot_is_the_same_each_time(built: Path, tmp_path: Path, suffix: str) -> None:
    pytest.importorskip("matplotlib")
    first, second = (tmp_path / f"{name}{suffix}" for name in ("first", "second"))
    for path in (first, second):
        assert main(["mix", "show", str(built), "--plot", str(path)]) == 0
    assert first.read_bytes() == second.read_bytes()
    if suffix == ".svg":
        text = first.read_text()
        assert all(word in text for word in (built.name, "medical: 14 (70.0 %)", "general: 6 (30.0 %)", "6 (30.0 %)"))
        assert "<dc:date>" not in text


def test_a_plot_is_in_the_unit_of_the_mixture(built: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    edit(built, in_tokens)
    assert main(["mix", "show", str(built), "--plot", str(tmp_path / "x.svg")]) == 0
    text = (tmp_path / "x.svg").read_text()
    assert all(word in text for word in (">trainable tokens<", "medical: 802 (80.2 %)", "198 (19.8 %)"))


def test_without_matplotlib_a_plot_says_what_to_install(
    built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main(["mix", "show", str(built), "--plot", str(tmp_path / "x.svg")]) == 2
    assert "pip install 'medlong[mix]'" in capsys.readouterr().err
