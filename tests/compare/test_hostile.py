"""Files that were shuffled, copied, cut, edited or moved: refused with their names, or joined to the same bytes."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medlong.compare import cache
from medlong.compare.comparison import load
from medlong.compare.export import to_csv
from medlong.errors import DataError
from tests.compare.conftest import Runs

ROOT = Path(__file__).resolve().parents[2]


def _refused(runs: Runs, *fragments: str) -> None:
    with pytest.raises(DataError) as caught:
        load([runs.root])
    for fragment in fragments:
        assert fragment in str(caught.value)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_order_and_place_of_files_and_lines_change_nothing(runs: Runs, seed: int) -> None:
    expected = to_csv(load([runs.root]))
    luck = random.Random(seed)
    moved = runs.root.parent / f"moved-{seed}"
    shutil.copytree(runs.root, moved)
    for path in moved.rglob("samples_*.jsonl"):
        lines = path.read_text().splitlines(keepends=True)
        luck.shuffle(lines)
        path.write_text("".join(lines))
    for folder in list((moved / "results").iterdir()):
        folder.rename(folder.with_name(f"{luck.random()}"))
    folders = [*(moved / "results").iterdir(), moved / "checkpoints", moved / "build"]
    luck.shuffle(folders)
    assert to_csv(load(folders)) == expected
    shutil.rmtree(moved)


def test_links_to_folders_and_files_join_as_what_they_point_to(runs: Runs) -> None:
    expected = to_csv(load([runs.root]))
    link = runs.root.parent / "link"
    link.symlink_to(runs.root)
    assert to_csv(load([link, runs.root])) == expected
    (runs.root / "again").mkdir()
    for path in list(runs.folder("m100").iterdir()):
        (runs.root / "again" / path.name).symlink_to(path)
    assert to_csv(load([runs.root])) == expected


def test_a_copied_folder_is_a_second_result(runs: Runs) -> None:
    shutil.copytree(runs.folder("m100"), runs.root / "results" / "copy")
    _refused(runs, "5 problems", "a second result of m100 on medlong_openbook_letter_004k, beside")


@pytest.mark.parametrize(
    ("edit", "fragment"),
    [
        (lambda line: line.update(acc=2), "line 1: acc: Input should be less than or equal to 1"),
        (lambda line: line["doc"].update(id="item-001"), "1 items occur twice (first: item-001)"),
        (lambda line: line["doc"].update(id="another"), "m100 lacks 1 of 61 items"),
        (lambda line: line["doc"].update(book_hash="edited"), "1 items were asked with another book than in"),
        (lambda line: line["doc"].update(letter="D"), "1 items were asked with another question or options than in"),
    ],
)
def test_an_edited_line_is_refused_by_name_although_the_file_was_read_before(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, edit: Callable[[dict[str, object]], object], fragment: str
) -> None:
    monkeypatch.setattr(cache, "SETTLED_NS", 0)
    load([runs.root])
    lines = runs.lines("m100", "004k")
    edit(lines[0])
    runs.rewrite("m100", "004k", lines)
    _refused(runs, str(runs.samples("m100", "004k")) if "lacks" not in fragment else "m100", fragment)


def test_two_lines_that_ran_into_each_other_are_refused(runs: Runs) -> None:
    path = runs.samples("m100", "004k")
    first, second, *others = path.read_text().splitlines(keepends=True)
    cut = first.index("the whole book") + 40
    path.write_text("".join([first[:cut] + second, *others]))
    _refused(runs, f"{path}: line 1: truncated or not JSON", "has 58 readable items, but the results file says 60")


def test_keys_within_a_prompt_are_text(runs: Runs) -> None:
    expected = to_csv(load([runs.root]))
    lines = runs.lines("m100", "004k")
    for line in lines:
        line["arguments"]["gen_args_0"]["arg_0"] = '{"x": 1, "arguments": {}, "filter": "strict", "acc": 0.5}\n'
    runs.rewrite("m100", "004k", lines)
    assert to_csv(load([runs.root])) == expected


def test_another_spelling_of_json_reads_the_same(runs: Runs) -> None:
    expected = to_csv(load([runs.root]))
    path = runs.samples("m100", "004k")
    lines = [json.dumps(line, sort_keys=True, separators=(",", ":")) for line in runs.lines("m100", "004k")]
    path.write_text("\n".join(lines))
    assert to_csv(load([runs.root])) == expected


def _cached(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setattr(cache, "SETTLED_NS", 0)
    place = cache.folder()
    assert place is not None
    return sorted(place.glob("*")) if place.exists() else []


def test_a_second_comparison_reads_the_cache_and_says_the_same(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _cached(monkeypatch) == []
    expected = to_csv(load([runs.root]))
    assert len(_cached(monkeypatch)) == 15
    monkeypatch.setattr("medlong.compare.samples.read_lines", None)
    assert to_csv(load([runs.root])) == expected


def test_a_spoilt_or_foreign_cache_is_passed_over_and_mended(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    _cached(monkeypatch)
    expected = to_csv(load([runs.root]))
    good, *kept = _cached(monkeypatch)
    kept[0].write_bytes(b"not parquet")
    kept[1].write_bytes(kept[1].read_bytes()[:-50])
    kept[2].write_bytes(b"")
    shutil.copy(good, kept[3])
    assert to_csv(load([runs.root])) == expected
    monkeypatch.setattr("medlong.compare.samples.read_lines", None)
    assert to_csv(load([runs.root])) == expected


def test_without_a_cache_it_works_the_same(runs: Runs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _cached(monkeypatch)
    monkeypatch.setenv("MEDLONG_NO_CACHE", "1")
    assert cache.folder() is None
    expected = to_csv(load([runs.root]))
    monkeypatch.delenv("MEDLONG_NO_CACHE")
    assert _cached(monkeypatch) == []
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert to_csv(load([runs.root])) == expected


@pytest.mark.parametrize("model", ["./out/model", "../elsewhere/model", "out/first/model", "out/m100", "m100/merged"])
def test_a_relative_path_that_leads_nowhere_is_not_a_name_on_a_hub(runs: Runs, model: str) -> None:
    for arm in ("closed", "oracle", "001k", "004k", "016k"):
        runs.rewrite("m100", arm, [line | {"doc": line["doc"] | {"run_id": ""}} for line in runs.lines("m100", arm)])
    path = runs.results("m100")
    record = json.loads(path.read_text())
    record["config"]["model_args"] = {"pretrained": model}
    path.write_text(json.dumps(record))
    _refused(runs, f"{path}: evaluates {model!r}", "whether it was trained is not known")


def test_a_relative_path_to_a_run_is_found_from_above_the_results(runs: Runs) -> None:
    for arm in ("closed", "oracle", "001k", "004k", "016k"):
        runs.rewrite("m100", arm, [line | {"doc": line["doc"] | {"run_id": ""}} for line in runs.lines("m100", arm)])
    path = runs.results("m100")
    record = json.loads(path.read_text())
    record["config"]["model_args"] = {"pretrained": "checkpoints/m100"}
    path.write_text(json.dumps(record))
    _refused(runs, f"{path}: evaluates the trained", "but its samples carry no run_id")


def test_an_interrupt_gives_one_line(runs: Runs) -> None:
    path = runs.samples("m100", "004k")
    path.unlink()
    os.mkfifo(path)
    command = [sys.executable, "-m", "medlong", "compare", str(runs.root)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with path.open("w"):  # entered once the file is being read
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
    out, error = process.communicate(timeout=60)
    assert (process.returncode, out, error) == (130, "", "medlong: stopped\n")
