import hashlib
import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

from medlong import catalog
from medlong.cli import main
from medlong.errors import DataError
from medlong.mixing import build as building
from medlong.mixing import emit as emitting
from medlong.mixing import plan as planning
from medlong.mixing import survey as surveying
from medlong.mixing.build import build, mixture_id
from medlong.mixing.pieces import Piece

Writer = Callable[..., Path]
REAL = Path(__file__).parents[3] / "shared" / "data" / "sft"


def lines(folder: Path, name: str = "train.jsonl") -> list[str]:
    return (folder / name).read_text(encoding="utf-8").splitlines()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.usefixtures("two_sources")
def test_what_is_written(tmp_path: Path, write_mixture: Writer) -> None:
    path = write_mixture(shares={"general": 0.3, "medical": 0.7})
    built = build(path, tmp_path / "out")
    assert built.folder == tmp_path / "out" / built.mixture_id
    assert not built.was_current
    assert sorted(contents(built.folder)) == ["README.md", "index.jsonl", "manifest.json", "train.jsonl"]
    assert mixture_id(path) == built.mixture_id
    assert len(built.mixture_id) == 16

    rows, index = ([json.loads(line) for line in lines(built.folder, n)] for n in ("train.jsonl", "index.jsonl"))
    assert all(row.keys() == {"messages"} for row in rows)
    assert [entry["position"] for entry in index] == list(range(20))
    for row, entry in zip(rows, index, strict=True):
        assert row["messages"][0]["content"].startswith(entry["source"])
    assert Counter(entry["component"] for entry in index) == {"general": 6, "medical": 14}

    manifest = json.loads((built.folder / "manifest.json").read_text())
    assert manifest == built.manifest
    assert manifest["total"] == 20
    assert manifest["requested"] == 20
    assert manifest["unit"] == "examples"
    assert manifest["render_format"] == "messages-v1"
    assert manifest["file_sha256"] == hashlib.sha256((built.folder / "train.jsonl").read_bytes()).hexdigest()
    texts = [[turn["content"] for turn in row["messages"]] for row in rows]
    characters = sum(len(text) for row in texts for text in row if row[0].startswith("a"))
    assert manifest["components"]["general"] == {
        "share": "3/10",
        "quota": 6,
        "realised": {"examples": 6, "characters": characters},
        "sources": {
            "a": {
                "available": 100,
                "rejected": 0,
                "distinct": 100,
                "dropped": {},
                "duplicates_elsewhere": 0,
                "quota": 6,
                "taken": 6,
                "max_repeats": 1,
                "realised": {"examples": 6, "characters": characters},
                "length_bands": {"up to 2048": {"examples": 6, "characters": characters}},
            }
        },
    }
    assert manifest["sources"]["a"]["licence"] == "MIT"
    assert str(tmp_path) not in json.dumps(manifest)


@pytest.mark.usefixtures("two_sources")
def test_building_again_writes_nothing_and_elsewhere_the_same_bytes(tmp_path: Path, write_mixture: Writer) -> None:
    path = write_mixture()
    first = build(path, tmp_path / "out")
    stamp = (first.folder / "train.jsonl").stat().st_mtime_ns
    again = build(path, tmp_path / "out")
    assert again.was_current
    assert again == first._replace(was_current=True)
    assert (first.folder / "train.jsonl").stat().st_mtime_ns == stamp
    assert contents(build(path, tmp_path / "other").folder) == contents(first.folder)


@pytest.mark.usefixtures("two_sources")
@pytest.mark.parametrize("damaged", ["train.jsonl", "index.jsonl", "manifest.json"])
def test_a_damaged_folder_is_built_again(tmp_path: Path, write_mixture: Writer, damaged: str) -> None:
    path = write_mixture()
    first = build(path, tmp_path / "out")
    whole = contents(first.folder)
    (first.folder / damaged).write_text("{}")
    again = build(path, tmp_path / "out")
    assert not again.was_current
    assert contents(again.folder) == whole
    assert [p.name for p in (tmp_path / "out").iterdir()] == [first.mixture_id]


@pytest.mark.usefixtures("two_sources")
def test_the_manifest_follows_the_file_even_when_the_rows_are_the_same(tmp_path: Path, write_mixture: Writer) -> None:
    first = build(write_mixture(), tmp_path / "out")
    counted = write_mixture(shares=None, total=None, counts={"general": 10, "medical": 10})
    other = build(counted, tmp_path / "out")
    assert other.mixture_id == first.mixture_id
    assert other.manifest["file_sha256"] == first.manifest["file_sha256"]
    assert other.manifest["spec_sha256"] != first.manifest["spec_sha256"]


def test_two_processes_with_other_hash_seeds_agree(tmp_path: Path) -> None:
    ids = set()
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "medlong", "mix", "build", "half_general", "--out", str(tmp_path / seed)]
        subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True)
        ids |= {path.name for path in (tmp_path / seed).iterdir()}
    (name,) = ids
    assert contents(tmp_path / "1" / name) == contents(tmp_path / "2" / name)


def test_row_order_files_and_duplicates_change_nothing(
    tmp_path: Path, write_mixture: Writer, write_rows: Writer
) -> None:
    questions = [f"a{n}" for n in range(100)]
    write_rows("a.jsonl", questions)
    write_rows("b.jsonl", [f"b{n}" for n in range(100)])
    path = write_mixture()
    before = build(path, tmp_path / "before")
    random.Random(1).shuffle(questions)
    write_rows("a.jsonl", [*questions, *questions[:30]])
    after = build(path, tmp_path / "after")
    assert lines(after.folder) == lines(before.folder)
    use = after.manifest["components"]["general"]["sources"]["a"]
    assert {key: use[key] for key in ("available", "distinct", "duplicates_elsewhere", "taken", "max_repeats")} == {
        "available": 130,
        "distinct": 100,
        "duplicates_elsewhere": 0,
        "taken": 10,
        "max_repeats": 1,
    }
    assert after.manifest["sources"] == before.manifest["sources"]


@pytest.mark.usefixtures("two_sources")
def test_a_larger_total_holds_the_smaller_one(tmp_path: Path, write_mixture: Writer) -> None:
    sizes = [set(lines(build(write_mixture(total=total), tmp_path / "out").folder)) for total in (7, 20, 21, 100)]
    assert [len(size) for size in sizes] == [7, 20, 21, 100]
    assert all(small < large for small, large in pairwise(sizes))


@pytest.mark.usefixtures("two_sources")
def test_seed_chooses_other_rows(tmp_path: Path, write_mixture: Writer) -> None:
    one, two = (set(lines(build(write_mixture(seed=seed), tmp_path / "out").folder)) for seed in (0, 1))
    assert one != two


def test_shortage_names_component_source_have_and_need(
    tmp_path: Path, write_mixture: Writer, write_rows: Writer
) -> None:
    write_rows("a.jsonl", ["x", "y", "y"])
    write_rows("b.jsonl", [f"b{n}" for n in range(100)])
    with pytest.raises(DataError) as caught:
        build(write_mixture(), tmp_path / "out")
    assert "component 'general', source 'a': have 2 distinct rows, need 10" in str(caught.value)
    assert "shortage: {repeat_up_to: 5}" in str(caught.value)
    assert "'medical'" not in str(caught.value)
    assert not (tmp_path / "out").exists()
    with pytest.raises(DataError, match=r"have 2 distinct rows \(each used up to 4 times\), need 10"):
        build(write_mixture(shortage={"repeat_up_to": 4}), tmp_path / "out")

    built = build(write_mixture(shortage={"repeat_up_to": 5}), tmp_path / "out")
    assert built.manifest["components"]["general"]["sources"]["a"]["max_repeats"] == 5
    index = [json.loads(line) for line in lines(built.folder, "index.jsonl")]
    assert Counter(entry["epoch"] for entry in index if entry["source"] == "a") == {n: 2 for n in range(5)}


def test_a_row_of_two_sources_is_the_first_ones_alone_and_counted(
    tmp_path: Path, write_mixture: Writer, write_rows: Writer
) -> None:
    write_rows("a.jsonl", [f"a{n}" for n in range(10)])
    write_rows("b.jsonl", [*(f"a{n}" for n in range(5)), *(f"b{n}" for n in range(10))])
    built = build(write_mixture(), tmp_path / "out")
    assert len(set(lines(built.folder))) == 20
    counts = {
        name: {source: found["duplicates_elsewhere"] for source, found in content["sources"].items()}
        for name, content in built.manifest["components"].items()
    }
    assert counts == {"general": {"a": 0}, "medical": {"b": 5}}
    with pytest.raises(DataError, match="source 'b': have 10 distinct rows, need 11"):
        build(write_mixture(shares=None, total=None, counts={"general": 9, "medical": 11}), tmp_path / "out")


def test_an_empty_source_is_a_shortage(tmp_path: Path, write_mixture: Writer, write_rows: Writer) -> None:
    write_rows("a.jsonl", [])
    write_rows("b.jsonl", [f"b{n}" for n in range(100)])
    with pytest.raises(DataError, match=r"source 'a': have 0 distinct rows, need 10; lower the total or add sources$"):
        build(write_mixture(), tmp_path / "out")


@pytest.mark.usefixtures("two_sources")
@pytest.mark.parametrize(
    ("within", "taken"),
    [
        ("proportional", {"a": 50, "c": 10}),
        ("equal", {"a": 30, "c": 30}),
        ({"a": "1/3", "c": "2/3"}, {"a": 20, "c": 40}),
    ],
)
def test_sources_within_a_component(
    tmp_path: Path, write_mixture: Writer, write_rows: Writer, within: object, taken: dict[str, int]
) -> None:
    write_rows("c.jsonl", [f"c{n}" for n in range(20)] * 2)
    source = {"format": "qa", "licence": "MIT"}
    path = write_mixture(
        sources={"a": {"files": ["a.jsonl"], **source}, "c": {"files": ["c.jsonl"], **source}},
        components={"x": {"sources": ["c", "a"], "within": within}},
        shares={"x": 1},
        total=60,
        shortage={"repeat_up_to": 2},
    )
    sources = build(path, tmp_path / "out").manifest["components"]["x"]["sources"]
    assert {name: content["taken"] for name, content in sources.items()} == taken


@pytest.mark.usefixtures("two_sources")
@pytest.mark.parametrize(
    ("module", "call"),
    [
        (planning, "choose"),
        (emitting, "_lines"),
        (emitting, "_provenance"),
        (emitting, "join"),
        (building, "_manifest"),
    ],
)
def test_an_interrupted_build_goes_on_and_leaves_nothing(
    tmp_path: Path, write_mixture: Writer, monkeypatch: pytest.MonkeyPatch, module: ModuleType, call: str
) -> None:
    def interrupted(*_: object) -> object:
        raise KeyboardInterrupt

    whole = contents(build(write_mixture(), tmp_path / "whole").folder)
    with monkeypatch.context() as patch:
        patch.setattr(module, call, interrupted)
        with pytest.raises(KeyboardInterrupt):
            build(write_mixture(), tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".mix.work"]
    surveys = sorted((tmp_path / "out" / ".mix.work" / "survey").glob("*.json"))
    assert len(surveys) == 2
    again = build(write_mixture(), tmp_path / "out")
    assert contents(again.folder) == whole
    assert list((tmp_path / "out").iterdir()) == [again.folder]


@pytest.mark.usefixtures("two_sources")
def test_what_was_read_before_an_interruption_is_not_read_again(
    tmp_path: Path, write_mixture: Writer, write_rows: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    real = surveying.read

    def noted(piece: Piece, *rest: object) -> object:
        read.append(piece.origin.id)
        if piece.origin.id == stop:
            raise KeyboardInterrupt
        return real(piece, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(surveying, "read", noted)
    stop = "b"
    with pytest.raises(KeyboardInterrupt):
        build(write_mixture(), tmp_path / "out")
    stop = "b"
    with pytest.raises(KeyboardInterrupt):
        build(write_mixture(total=30), tmp_path / "out")
    assert read == ["a", "b", "b"]
    write_rows("a.jsonl", [f"changed{n}" for n in range(100)])
    stop = ""
    built = build(write_mixture(), tmp_path / "out")
    assert read == ["a", "b", "b", "a", "b"]
    assert "changed" in (built.folder / "train.jsonl").read_text()


@pytest.mark.usefixtures("two_sources")
@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda lines: lines[:-1], "line 20 is not the planned row"),
        (lambda lines: [*lines[1:], lines[0]], "line 1 is not the planned row"),
        (lambda lines: [*lines, lines[0]], "is longer or shorter than the planned 20 rows"),
    ],
)
def test_a_file_that_is_not_as_planned_is_refused(
    tmp_path: Path, write_mixture: Writer, monkeypatch: pytest.MonkeyPatch, damage: Callable[..., object], told: str
) -> None:
    real = emitting.join

    def lossy(parts: list[Path], path: Path) -> None:
        real(parts, path)
        path.write_text("".join(damage(path.read_text().splitlines(keepends=True))))  # type: ignore[arg-type]

    monkeypatch.setattr(emitting, "join", lossy)
    with pytest.raises(DataError, match=told):
        build(write_mixture(), tmp_path / "out")
    assert list(tmp_path.glob("out*")) == []


def test_a_source_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, write_mixture: Writer, write_rows: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows("a.jsonl", [f"a{n}" for n in range(10)])
    write_rows("b.jsonl", [f"b{n}" for n in range(10)])
    real = surveying._write

    def then_edit(*arguments: object) -> object:
        real(*arguments)  # type: ignore[arg-type]
        write_rows("b.jsonl", ["edited"])

    monkeypatch.setattr(surveying, "_write", then_edit)
    with pytest.raises(DataError, match=r"b\.jsonl: changed while it was being read; build again"):
        build(write_mixture(sources={
            "a": {"files": ["b.jsonl"], "format": "qa", "licence": "MIT"},
            "b": {"files": ["a.jsonl"], "format": "qa", "licence": "MIT"},
        }), tmp_path / "out")  # fmt: skip
    assert not (tmp_path / "out").exists()


def test_a_source_that_changes_afterwards_is_taken_as_it_was_read(
    tmp_path: Path, write_mixture: Writer, write_rows: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows("a.jsonl", [f"a{n}" for n in range(10)])
    write_rows("b.jsonl", [f"b{n}" for n in range(10)])
    whole = contents(build(write_mixture(), tmp_path / "whole").folder)
    real = planning.choose

    def then_edit(*arguments: object) -> object:
        write_rows("b.jsonl", ["edited"])
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(planning, "choose", then_edit)
    assert contents(build(write_mixture(), tmp_path / "out").folder) == whole


def test_text_survives(tmp_path: Path, write_mixture: Writer) -> None:
    odd = {"question": 'Ω\u2028 e\u0301 \U0001f600\r\n\ttab \u0085 "q" \\', "answer": "中"}
    (tmp_path / "a.jsonl").write_text(json.dumps(odd))
    path = write_mixture(components={"general": {"sources": ["a"]}}, shares={"general": 1}, total=1)
    built = build(path, tmp_path / "out")
    (line,) = (built.folder / "train.jsonl").read_text(encoding="utf-8").rstrip("\n").split("\n")
    assert json.loads(line)["messages"][0]["content"] == 'Ω\u2028 \u00e9 \U0001f600\n\ttab \u0085 "q" \\'
    assert "中" in line


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", str(tmp_path)]
    assert main(["mix", "id", "half_general"]) == 0
    name = capsys.readouterr().out.strip()
    assert main(["mix", "build", str(catalog.folder("mixtures") / "half_general.yaml"), *out]) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[-1] == str(tmp_path / name)
    assert all(word in printed for word in ("general", "medical", "1/2", "200", "characters"))
    assert main(["mix", "build", "half_general", *out]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{tmp_path / name} (up to date)"
    for place in (str(tmp_path / name), str(tmp_path / name / "manifest.json"), "half_general"):
        assert main(["mix", "show", place, *out]) == 0
        assert name in capsys.readouterr().out


@pytest.mark.skipif(not REAL.is_dir(), reason=f"no real data sets in {REAL}")
def test_real_files(tmp_path: Path, write_mixture: Writer) -> None:
    data = {
        "gsm8k": {"files": [str(REAL / "gsm8k_train" / "train.jsonl")], "format": "qa", "licence": "MIT"},
        "roles": {
            "files": [str(REAL / "gpteacher" / "roleplay-*.json")],
            "format": "alpaca",
            "map": {"output": "response"},
            "licence": "MIT",
        },
        "notes": {
            "files": [str(REAL / "mts_dialog" / "MTS-Dialog-TrainingSet.csv")],
            "format": "qa",
            "map": {"question": "dialogue", "answer": "section_text"},
            "licence": "CC BY 4.0",
        },
    }
    path = write_mixture(
        sources=data,
        components={"general": {"sources": ["gsm8k", "roles"]}, "medical": {"sources": ["notes"]}},
        shares={"general": 0.29, "medical": 0.71},
        total=1000,
    )
    built = build(path, tmp_path / "out")
    assert {name: c["realised"]["examples"] for name, c in built.manifest["components"].items()} == {
        "general": 290,
        "medical": 710,
    }
    assert built.manifest["components"]["general"]["sources"]["gsm8k"]["available"] == 7473
    assert built.manifest["components"]["medical"]["sources"]["notes"]["available"] == 1201


@pytest.mark.skipif(not REAL.is_dir(), reason=f"no real data sets in {REAL}")
def test_a_real_empty_answer_is_found(tmp_path: Path, write_mixture: Writer) -> None:
    code = {"files": [str(REAL / "codealpaca" / "code_*.json")], "format": "alpaca", "licence": "Apache-2.0"}
    with pytest.raises(
        DataError, match=r"code_alpaca_2k.json: line 1187: output: is empty \(record \d+\) \(source 'code'\)"
    ):
        build(write_mixture(sources={"code": code}, components={"x": {"sources": ["code"]}}, shares={"x": 1}), tmp_path)
