import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from medlong.cli import main
from medlong.mixing.build import build
from medlong.mixing.diff import Tally, compare

Writer = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("two_sources")


def cids(folder: Path) -> list[str]:
    return [json.loads(line)["content_id"] for line in (folder / "index.jsonl").read_text().splitlines()]


def test_the_same_mixture_is_no_difference(
    tmp_path: Path, write_mixture: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = (build(write_mixture(), tmp_path / name).folder for name in ("one", "two"))
    assert compare(one, two).same
    assert main(["mix", "diff", str(one), str(two / "manifest.json"), "--rows", "3"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "the same"


def test_a_larger_total_only_adds_rows(tmp_path: Path, write_mixture: Writer) -> None:
    small, large = (build(write_mixture(total=total), tmp_path / "out").folder for total in (20, 30))
    found = compare(small, large)
    assert not found.only_a
    assert len(found.only_b) == 10
    assert found.tallies == {("general", "a"): Tally(10, 15, 0, 5), ("medical", "b"): Tally(10, 15, 0, 5)}
    assert not found.reordered
    assert not found.moved
    back = compare(large, small)
    assert (back.only_a, back.only_b) == (found.only_b, found.only_a)
    assert {change.what: (change.a, change.b) for change in found.changes if "sha256" not in change.what} == {
        "total": ("20", "30"),
        "general: quota": ("10", "15"),
        "medical: quota": ("10", "15"),
        "a: taken": ("10", "15"),
        "b: taken": ("10", "15"),
    }


def test_units_and_what_was_asked_before_shrinking_differ(tmp_path: Path, write_mixture: Writer) -> None:
    one, two = (build(write_mixture(), tmp_path / name).folder for name in ("one", "two"))
    manifest = json.loads((two / "manifest.json").read_text())
    manifest |= {"unit": "tokens", "requested": 90}
    for content in manifest["components"].values():
        content["realised"] |= {"tokens": 10, "trainable_tokens": 5}
        for use in content["sources"].values():
            use |= {"quota": 10, "realised": content["realised"]}
    (two / "manifest.json").write_text(json.dumps(manifest))
    assert [tuple(change) for change in compare(one, two).changes] == [
        ("unit", "examples", "tokens"),
        ("requested total", "", "90"),
        ("a: quota", "", "10"),
        ("b: quota", "", "10"),
    ]
    manifest |= {"unit": "examples", "requested": 20}
    (two / "manifest.json").write_text(json.dumps(manifest))
    assert compare(one, two).same


def test_what_is_printed(tmp_path: Path, write_mixture: Writer, capsys: pytest.CaptureFixture[str]) -> None:
    a = build(write_mixture(), tmp_path / "out").folder
    b = build(write_mixture(seed=7, shares={"general": 0.25, "medical": 0.75}), tmp_path / "out").folder
    both = len(set(cids(a)) & set(cids(b)))
    assert main(["mix", "diff", str(a), str(b), "--rows", "2"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert ["seed", "0", "7"] in [line.split() for line in lines]
    assert ["general:", "share", "1/2", "1/4"] in [line.split() for line in lines]
    verdict = next(line for line in lines if line.startswith("rows: "))
    assert verdict.startswith(f"rows: {both} in both, {20 - both} only in A, {20 - both} only in B; ")
    for side, mine, other in (("A", a, b), ("B", b, a)):
        shown = [line for line in lines if line.startswith(f"only in {side}  ")]
        expected = [cid[:12] for cid in cids(mine) if cid not in cids(other)][:2]
        assert [line.split()[6] for line in shown] == expected


def test_another_order_alone_is_a_difference(
    tmp_path: Path, write_mixture: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    everything = {"shares": None, "total": None, "counts": {"general": 100, "medical": 100}}
    a, b = (build(write_mixture(seed=seed, **everything), tmp_path / "out").folder for seed in (0, 1))
    found = compare(a, b)
    assert found.reordered
    assert not found.only_a
    assert not found.only_b
    assert main(["mix", "diff", str(a), str(b)]) == 1
    assert "rows: 200 in both, 0 only in A, 0 only in B; those in both are in another order" in capsys.readouterr().out


def test_rows_that_moved_to_another_component(
    tmp_path: Path, write_mixture: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = {"shares": None, "total": None, "counts": {"general": 100, "medical": 100}}
    a = build(write_mixture(**counts), tmp_path / "one").folder
    swapped = {"general": {"sources": ["b"]}, "medical": {"sources": ["a"]}}
    b = build(write_mixture(components=swapped, **counts), tmp_path / "two").folder
    found = compare(a, b)
    assert a.name == b.name
    assert found.moved == 200
    assert not found.same
    assert ("a: component", "general", "medical") in found.changes
    assert main(["mix", "diff", str(a), str(b)]) == 1
    assert "200 of them from another component or source" in capsys.readouterr().out


def test_a_second_use_of_a_row_is_another_row(tmp_path: Path, write_mixture: Writer, write_rows: Writer) -> None:
    write_rows("a.jsonl", [f"a{n}" for n in range(10)])
    more = {"shares": None, "total": None, "shortage": {"repeat_up_to": 2}}
    once = build(write_mixture(counts={"general": 10, "medical": 5}, **more), tmp_path / "out").folder
    twice = build(write_mixture(counts={"general": 20, "medical": 5}, **more), tmp_path / "out").folder
    found = compare(once, twice)
    assert (len(found.only_a), len(found.only_b)) == (0, 10)
    assert found.tallies["general", "a"] == Tally(10, 20, 0, 10)
    assert ("a: max repeats", "1", "2") in found.changes


def test_other_spelling_of_one_mixture_is_told(
    tmp_path: Path, write_mixture: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    a = build(write_mixture(), tmp_path / "one").folder
    counted = write_mixture(shares=None, total=None, counts={"general": 10, "medical": 10})
    b = build(counted, tmp_path / "two").folder
    assert [change.what for change in compare(a, b).changes] == ["mixture file as declared, sha256"]
    assert main(["mix", "diff", str(a), str(b)]) == 1
    assert "rows: 20 in both, 0 only in A, 0 only in B; those in both are in the same order" in capsys.readouterr().out


def test_trouble(tmp_path: Path, write_mixture: Writer, capsys: pytest.CaptureFixture[str]) -> None:
    a = build(write_mixture(), tmp_path / "out").folder
    assert main(["mix", "diff", str(a), str(tmp_path / "nowhere")]) == 2
    assert "nowhere: no such file" in capsys.readouterr().err
    index = a / "index.jsonl"
    manifest = json.loads((a / "manifest.json").read_text())
    index.write_text('{"position": 0, "source": "a", "component": "general", "epoch": 0}\n')
    manifest["index_sha256"] = hashlib.sha256(index.read_bytes()).hexdigest()
    (a / "manifest.json").write_text(json.dumps(manifest))
    assert main(["mix", "diff", str(a), str(a)]) == 2
    assert "index.jsonl: line 1: not an entry of an index: content_id: required" in capsys.readouterr().err
