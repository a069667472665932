"""Everything that cannot be joined without guessing is refused, with the file and what to do."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from medlong.cli import main
from medlong.compare.comparison import load
from medlong.errors import MedlongError
from tests.compare.conftest import Runs


def _refused(runs: Runs, *fragments: str) -> str:
    with pytest.raises(MedlongError) as caught:
        load([runs.root])
    message = str(caught.value)
    for fragment in fragments:
        assert fragment in message
    return message


def _edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))


def _edit_docs(runs: Runs, name: str, arm: str, n: int, **fields: object) -> None:
    lines = runs.lines(name, arm)
    for line in lines[:n]:
        line["doc"].update(fields)
    runs.rewrite(name, arm, lines)


def test_results_without_samples(runs: Runs) -> None:
    runs.samples("m100", "004k").unlink()
    _refused(runs, f"{runs.results('m100')}: no samples of medlong_openbook_letter_004k", "--log_samples")


def test_samples_without_results(runs: Runs) -> None:
    runs.results("m100").unlink()
    _refused(runs, f"{runs.samples('m100', '004k')}: samples without the results file")


def test_truncated_sample_line(runs: Runs) -> None:
    path = runs.samples("m100", "004k")
    path.write_bytes(path.read_bytes()[:-40])
    _refused(runs, f"{path}: line 60: truncated or not JSON", "has 59 readable items, but the results file says 60")


def test_file_cut_at_the_end_of_a_line(runs: Runs) -> None:
    runs.rewrite("m100", "004k", runs.lines("m100", "004k")[:50])
    _refused(runs, f"{runs.samples('m100', '004k')}: has 50 readable items, but the results file says 60")


def test_scores_that_were_changed_by_hand(runs: Runs) -> None:
    path, said = runs.samples("m100", "004k"), "of the two was changed"
    whole = path.read_text()
    lines = runs.lines("m100", "004k")
    changed = next(number for number, line in enumerate(lines) if not line["acc"])
    lines[changed]["acc"] = 1.0
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    _refused(runs, f"{path}: its scores average", "but the results file says", said)
    path.write_text(whole)
    load([runs.root])
    task = "medlong_openbook_letter_004k"
    _edit(runs.results("m100"), lambda record: record["results"][task].update({"acc,none": 0.9}))
    _refused(runs, f"{path}: its scores average", "but the results file says 0.900000", said)


def test_many_broken_lines_are_counted_not_listed(runs: Runs) -> None:
    runs.samples("m100", "004k").write_text("{\n" * 20)
    message = _refused(runs, "line 1:", "line 3:", "and 17 more broken lines")
    assert "line 4:" not in message


@pytest.mark.parametrize(
    ("change", "fragment"),
    [
        (lambda line: line.pop("acc"), "line 1: acc: Field required (was it run with --predict_only?)"),
        (lambda line: line.update(acc=3), "line 1: acc: Input should be less than or equal to 1"),
        (lambda line: line["doc"].pop("arm"), "line 1: doc.arm: Field required"),
        (lambda line: line["doc"].pop("run_id"), "line 1: doc.run_id: Field required"),
        (lambda line: line["doc"].update(scoring="guess"), "line 1: doc.scoring: Input should be"),
    ],
)
def test_a_line_that_is_not_ours(runs: Runs, change: Callable[[dict[str, Any]], object], fragment: str) -> None:
    lines = runs.lines("m100", "004k")
    change(lines[0])
    runs.rewrite("m100", "004k", lines)
    _refused(runs, f"{runs.samples('m100', '004k')}: {fragment}")


def test_truncated_results_and_run_record(runs: Runs) -> None:
    runs.results("base").write_text('{"config": {')
    record = runs.checkpoint("m100") / "medlong_run.json"
    record.write_text('{"medlong_run": 1, "run_')
    found = (f"{path}: truncated or not JSON" for path in (runs.results("base"), record))
    _refused(runs, "2 problems", *found)


def test_run_record_without_a_field_or_of_a_later_format(runs: Runs) -> None:
    _edit(runs.checkpoint("m100") / "medlong_run.json", lambda record: record.pop("base_model"))
    _edit(runs.checkpoint("g50m50") / "medlong_run.json", lambda record: record.update(medlong_run=2))
    _refused(runs, "base_model: Field required", "medlong_run: Input should be 1")


def test_run_id_without_run_record(runs: Runs) -> None:
    (runs.checkpoint("m100") / "medlong_run.json").unlink()
    _refused(runs, f"{runs.results('m100')}: run_id 'run-m100' has no medlong_run.json; give the folder")


def test_run_without_manifest(runs: Runs) -> None:
    shutil.rmtree(runs.root / "build" / "mix-bbbb")
    path = runs.checkpoint("m100") / "medlong_run.json"
    _refused(runs, f"{path}: mixture_id 'mix-bbbb' (m100) has no manifest.json; give the folder")


def test_contradicting_copies(runs: Runs) -> None:
    copy = runs.checkpoint("m100") / "merged"
    shutil.copytree(runs.checkpoint("m100"), copy)
    _edit(copy / "medlong_run.json", lambda record: record.update(seed=7))
    other = runs.root / "old"
    shutil.copytree(runs.root / "build" / "mix-bbbb", other)
    _edit(other / "manifest.json", lambda record: record.update(total=300))
    _edit(other / "manifest.json", lambda record: record["components"]["medical"]["realised"].update(examples=200))
    _refused(runs, "says something else about run_id 'run-m100'", "says something else about mixture_id 'mix-bbbb'")


def test_manifest_without_realised_counts(runs: Runs) -> None:
    path = runs.root / "build" / "mix-bbbb" / "manifest.json"
    _edit(path, lambda record: record["components"]["medical"].update(realised={}))
    _refused(runs, f"{path}: components.medical.realised.examples: expected a count, got None")


def test_manifest_whose_total_is_not_the_sum(runs: Runs) -> None:
    path = runs.root / "build" / "mix-bbbb" / "manifest.json"
    _edit(path, lambda record: record.update(total=401))
    _refused(runs, f"{path}: total: 401, but the components sum to 400")


def test_run_without_mixture_id(runs: Runs) -> None:
    path = runs.checkpoint("m100") / "medlong_run.json"
    _edit(path, lambda record: record.pop("mixture_id"))
    _refused(runs, f"{path}: has no mixture_id")


def test_two_results_of_one_run_and_task(runs: Runs) -> None:
    first = runs.results("m100")
    runs.add_results("m100", arms=("oracle", "004k"))
    second = max(runs.folder("m100").glob("results_*.json"))
    message = _refused(runs, "2 problems")
    assert f"{second}: a second result of m100 on medlong_openbook_letter_004k, beside {first}" in message


def test_other_books(runs: Runs) -> None:
    _edit_docs(runs, "m100", "004k", 5, book_hash="other")
    file, base = runs.samples("m100", "004k"), runs.samples("base", "004k")
    _refused(runs, f"{file}: 5 items were asked with another book than in {base}", "first: item-000", "same tokenizer")


def test_other_options(runs: Runs) -> None:
    _edit_docs(runs, "m100", "closed", 2, options=["1 mg", "2 mg", "3 mg", "4 mg"])
    _refused(runs, f"{runs.samples('m100', 'closed')}: 2 items were asked with another question or options")


def test_other_bank_version(runs: Runs) -> None:
    for arm in ("closed", "004k"):
        _edit_docs(runs, "m100", arm, 60, bank_version="2")
    _refused(runs, "2 problems", f"{runs.samples('m100', '004k')}: bank_version '2', but", "has '1'")


def test_other_task_version(runs: Runs) -> None:
    task = "medlong_openbook_letter_004k"
    _edit(runs.results("m100"), lambda record: record["versions"].update({task: 2.0}))
    _refused(runs, "1 problem,", f"{runs.samples('m100', '004k')}: task version '2.0', but")


def test_an_item_twice_in_one_file(runs: Runs) -> None:
    lines = runs.lines("m100", "004k")
    runs.rewrite("m100", "004k", [*lines, lines[7]])
    _refused(runs, f"{runs.samples('m100', '004k')}: 1 items occur twice (first: item-007)")


def test_a_file_that_mixes_runs(runs: Runs) -> None:
    _edit_docs(runs, "m100", "004k", 5, run_id="run-g50m50")
    _refused(runs, "mixes the runs 'run-g50m50', 'run-m100'")


def test_files_of_one_result_with_several_runs(runs: Runs) -> None:
    _edit_docs(runs, "m100", "004k", 60, run_id="run-g50m50")
    _refused(runs, f"{runs.results('m100')}: its sample files carry several run ids")


def test_unknown_filters(runs: Runs) -> None:
    lines = [line | {"filter": f} for line in runs.lines("m100", "004k") for f in ("first", "last")]
    runs.rewrite("m100", "004k", lines)
    _refused(runs, "answer filters first, last, none of them 'strict'")


def test_items_missing_in_one_run(runs: Runs) -> None:
    runs.rewrite("m100", "004k", runs.lines("m100", "004k")[20:])
    runs.set_effective("m100", 40)
    for arm in ("closed", "oracle", "001k", "016k"):
        runs.rewrite("m100", arm, runs.lines("m100", arm)[20:])
    message = _refused(runs, "5 problems", "--allow-partial")
    assert "m100 lacks 20 of 60 items of medlong_openbook_letter_004k (first: item-000)" in message
    comparison = load([runs.root], allow_partial=True)
    cell = comparison.groups[0].cells["run-m100", "004k"]
    assert cell.difference is not None
    assert (cell.n_items, cell.difference.n) == (40, 40)
    assert any("m100 lacks 20 of 60 items" in note for note in comparison.notes)


def test_arm_missing_in_one_run(empty: Runs) -> None:
    empty.add_results("base")
    empty.add_run("m100")
    empty.add_results("m100", arms=("oracle", "004k", "016k"))
    _refused(empty, "2 problems", "m100 lacks 60 of 60 items of medlong_openbook_letter_closed")
    group = load([empty.root], allow_partial=True).groups[0]
    assert ("run-m100", "closed") not in group.cells
    assert group.arms == ("closed", "oracle", "001k", "004k", "016k")


def test_scoring_missing_in_one_run(runs: Runs) -> None:
    runs.add_results("base", "cloze")
    runs.add_results("m100", "cloze")
    _refused(runs, "g50m50 lacks 60 of 60 items of medlong_openbook_cloze_004k")
    assert load([runs.root], scoring="letter").groups


def test_base_without_results(runs: Runs) -> None:
    shutil.rmtree(runs.folder("base"))
    _refused(runs, "no results of its base model 'hub/Small-135M' (untrained models found: none)", "--base")
    assert load([runs.root], base="m100").groups[0].base.name == "m100"


def test_base_that_could_be_two(runs: Runs) -> None:
    for name, model in (("base", "/one/Small-135M"), ("twin", "/two/Small-135M")):
        if name == "twin":
            shutil.copytree(runs.folder("base"), runs.folder("twin"))
        _edit(runs.results(name), lambda record, model=model: record["config"].update(model_args={"pretrained": model}))
    _refused(runs, "could be any of /one/Small-135M, /two/Small-135M; choose with --base")


def test_trained_model_without_run_id_is_not_taken_for_a_base(runs: Runs) -> None:
    for arm in ("closed", "oracle", "001k", "004k", "016k"):
        _edit_docs(runs, "m100", arm, 60, run_id="")
        _edit_docs(runs, "g50m50", arm, 60, run_id="")
    adapter = {"pretrained": "hub/Small-135M", "peft": "somewhere/adapter"}
    _edit(runs.results("g50m50"), lambda record: record["config"].update(model_args=adapter))
    _refused(
        runs,
        f"{runs.results('m100')}: evaluates the trained {runs.checkpoint('m100')}, but its samples carry no run_id",
        f"{runs.results('g50m50')}: evaluates the trained somewhere/adapter, but",
    )


def test_merged_weights_below_a_run_record_are_not_taken_for_a_base(runs: Runs) -> None:
    merged = runs.checkpoint("m100") / "merged"
    merged.mkdir()
    _edit(runs.results("m100"), lambda record: record["config"].update(model_args={"pretrained": str(merged)}))
    for arm in ("closed", "oracle", "001k", "004k", "016k"):
        _edit_docs(runs, "m100", arm, 60, run_id="")
    _refused(runs, f"{runs.results('m100')}: evaluates the trained {merged}, but its samples carry no run_id")
    merged.rmdir()
    _refused(runs, f"evaluates the trained {merged}, but its samples carry no run_id")


def test_links_that_lead_nowhere_are_faults_by_file(runs: Runs) -> None:
    spoilt = [
        runs.checkpoint("m100") / "medlong_run.json",
        runs.root / "build" / "mix-bbbb" / "manifest.json",
        runs.results("g50m50"),
        runs.samples("base", "closed"),
    ]
    for path in spoilt:
        path.unlink()
        path.symlink_to(runs.root / "nowhere")
    _refused(runs, *(f"{path}: cannot be read: No such file" for path in spoilt))


def test_both_outputs_are_checked_before_either_is_written(
    runs: Runs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    for bad in (tmp_path, tmp_path / "file" / "n.csv"):
        assert main(["compare", str(runs.root), "--markdown", str(tmp_path / "t.md"), "--csv", str(bad)]) == 2
        assert f"{bad}: cannot be written" in capsys.readouterr().err
        assert not (tmp_path / "t.md").exists()


def test_command_prints_and_writes(runs: Runs, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, numbers = tmp_path / "new" / "t.md", tmp_path / "n.csv"
    assert main(["compare", str(runs.root), "--markdown", str(table), "--csv", str(numbers)]) == 0
    assert "Accuracy" in capsys.readouterr().out
    assert table.read_text().startswith("# Comparison\n\n## medlong_openbook_letter (letter), bank formulary 1")
    assert len(numbers.read_text().splitlines()) == 1 + 3 * 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["n.csv", "new", "study"]


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["{root}/none"], "none: no such folder"),
        (["{root}/file"], "is a file, expected a folder"),
        (["{root}/build"], "no medlong results"),
        (["{root}", "--base", "m10"], "no result named 'm10'; did you mean 'm100'?"),
        (["{root}", "--scoring", "cloze"], "--scoring cloze: no results of it; found: letter"),
        (["{root}", "--csv", "{root}"], "cannot be written: Is a directory"),
    ],
)
def test_command_errors_exit_2_without_traceback(
    runs: Runs, capsys: pytest.CaptureFixture[str], arguments: list[str], fragment: str
) -> None:
    (runs.root / "file").touch()
    assert main(["compare", *(argument.format(root=runs.root) for argument in arguments)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("medlong: error: ")
    assert fragment in error
    assert not re.search("Traceback", error)


def test_nothing_is_written_when_refused(runs: Runs, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs.samples("m100", "004k").unlink()
    assert main(["compare", str(runs.root), "--csv", str(tmp_path / "n.csv")]) == 2
    assert capsys.readouterr().out == ""
    assert not (tmp_path / "n.csv").exists()
