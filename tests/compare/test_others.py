"""Other lm_eval tasks are joined to the same models by id, paired where samples allow, and refused when unlike."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from medlong.cli import main
from medlong.compare.arrange import parse
from medlong.compare.comparison import load
from medlong.compare.publish import sent
from medlong.compare.table import PLAIN, View, markdown, sections
from medlong.errors import DataError
from medlong.report.page import report
from tests.compare.conftest import Runs

SCORES = {"base": [1, 1, 0, 0, 0, 1], "m100": [1, 1, 1, 0, 1, 1]}


def _add_medqa(runs: Runs, name: str, **changes: Any) -> Path:
    """Write results of medqa for a model beside its exam, in a folder of their own."""
    model = str(runs.checkpoint(name)) if name != "base" else runs.base_model
    scores = SCORES[name]
    record = {
        "results": {"medqa": {"alias": "medqa", "acc,none": sum(scores) / 6, "acc_stderr,none": 0.2}},
        "configs": {"medqa": {}},
        "versions": {"medqa": 1.0},
        "n-shot": {"medqa": 0},
        "n-samples": {"medqa": {"effective": 6}},
        "config": {"model": "hf", "model_args": {"pretrained": model}},
    } | changes
    folder = runs.root / "medqa" / name
    folder.mkdir(parents=True)
    path = folder / "results_2026-02-02T03-04-05.json"
    path.write_text(json.dumps(record))
    lines = [
        {"doc_id": n, "doc": {}, "target": 0, "arguments": {}, "resps": [], "filtered_resps": [], "filter": "none",
         "metrics": ["acc"], "doc_hash": f"h{n}", "acc": float(score)}
        for n, score in enumerate(scores)
    ]  # fmt: skip
    text = "".join(json.dumps(line) + "\n" for line in reversed(lines))
    (folder / "samples_medqa_2026-02-02T03-04-05.jsonl").write_text(text)
    return path


def test_another_task_is_joined_and_paired_with_the_base(runs: Runs) -> None:
    for name in ("base", "m100"):
        _add_medqa(runs, name)
    comparison = load([runs.root])
    base, tuned = comparison.others.rows(named=True)
    assert (base["entry"], base["value"], base["stderr"], base["n"], base["version"]) == (
        *("model:hub/Small-135M", 0.5, 0.2, 6, "1.0"),
    )
    assert base["difference"] is None
    assert (tuned["entry"], tuned["base"], tuned["difference_n"]) == ("run-m100", "Small-135M", 6)
    assert tuned["difference"] == pytest.approx(2 / 6)
    assert tuned["difference_se"] == pytest.approx((2 * (2 / 3) ** 2 + 4 * (1 / 3) ** 2) ** 0.5 / 6 * (6 / 5) ** 0.5)
    assert any("other lm_eval tasks" in note and "medqa" in note for note in comparison.notes)


def test_other_tasks_are_a_table_of_their_own(runs: Runs) -> None:
    for name in ("base", "m100"):
        _add_medqa(runs, name)
    comparison = load([runs.root])
    (sheet,) = sections(comparison)[-1].tables
    assert sheet.title == "Other tasks"
    assert sheet.rows == [
        ["Small-135M", "medqa", "acc", "6", "50.0±20.0", "–"],
        ["m100", "medqa", "acc", "6", "83.3±20.0", "+33.3±21.1"],
    ]
    assert "## Other tasks" in markdown(comparison)
    assert '<h2 id="others">Other tasks</h2>' in report(comparison, PLAIN, "medlong compare")
    (chosen,) = sections(comparison, View(choice=parse("difference", None)))[-1].tables
    assert chosen.headers == ["run", "difference"]
    assert sections(comparison, View(choice=parse("run,arm,accuracy", None)))[-1].title != "Other tasks"


def test_other_tasks_are_sent_and_written_as_csv(runs: Runs, tmp_path: Path) -> None:
    path = tmp_path / "others.csv"
    assert main(["compare", str(runs.root), "--others-csv", str(path)]) == 2
    assert not path.exists()
    for name in ("base", "m100"):
        _add_medqa(runs, name)
    assert main(["compare", str(runs.root), "--others-csv", str(path)]) == 0
    base, tuned = pl.read_csv(path).rows(named=True)
    assert (base["run"], base["task"], base["metric"], base["difference"]) == ("Small-135M", "medqa", "acc", None)
    assert (tuned["run"], tuned["value"], tuned["difference_n"]) == ("m100", pytest.approx(5 / 6, abs=1e-6), 6)
    models = {one.name: one.others for one in sent(load([runs.root]))}
    assert models["g50m50"] == {}
    assert models["Small-135M"] == {"medqa/acc": 0.5, "medqa/acc_stderr": 0.2}
    assert models["m100"]["medqa/acc_difference"] == pytest.approx(2 / 6)


def test_without_samples_there_is_a_score_and_no_difference(runs: Runs) -> None:
    for name in ("base", "m100"):
        next(_add_medqa(runs, name).parent.glob("samples_*")).unlink()
    assert load([runs.root]).others["difference"].to_list() == [None, None]


@pytest.mark.parametrize(
    ("changes", "fragment"),
    [
        ({"versions": {"medqa": 2.0}}, "task version of medqa 2.0 (m100), but"),
        ({"n-shot": {"medqa": 5}}, "n-shot of medqa 5 (m100), but"),
    ],
)
def test_unlike_evaluations_are_refused_with_names(runs: Runs, changes: dict[str, Any], fragment: str) -> None:
    _add_medqa(runs, "base")
    path = _add_medqa(runs, "m100", **changes)
    with pytest.raises(DataError) as caught:
        load([runs.root])
    assert f"{path}: {fragment}" in str(caught.value)
    assert "(Small-135M); evaluate both alike" in str(caught.value)


def test_other_questions_and_second_results_are_refused(runs: Runs) -> None:
    _add_medqa(runs, "base")
    path = _add_medqa(runs, "m100")
    samples = next(path.parent.glob("samples_*"))
    samples.write_text(samples.read_text().replace('"h3"', '"edited"'))
    shutil.copytree(path.parent, runs.root / "copy")
    with pytest.raises(DataError) as caught:
        load([runs.root])
    assert "a second result of m100 on medqa, beside" in str(caught.value)
    assert "1 questions of medqa are others than the base's (first: doc_id 3)" in str(caught.value)


def test_metrics_that_are_means_of_questions_are_paired_and_others_are_not(runs: Runs) -> None:
    """IFEval's rate of prompts is; a score of all answers together, one that is undefined and an edited one are not."""
    for name in ("base", "m100"):
        values = {"prompt_level_strict_acc,none": sum(SCORES[name]) / 6, "bleu,none": 0.7, "f1,none": float("nan")}
        path = _add_medqa(runs, name, results={"medqa": values | {"acc,none": 0.9}})
        samples = next(path.parent.glob("samples_*"))
        lines = [json.loads(line) for line in samples.read_text().splitlines()]
        names = ["acc", "prompt_level_strict_acc", "bleu", "f1", "inst"]
        for line in lines:
            other = {
                "prompt_level_strict_acc": line["acc"] == 1,
                "bleu": 0.2,
                "f1": float("nan"),
                "inst": [True, False],
            }
            line |= {"metrics": names} | other
        samples.write_text("".join(json.dumps(line) + "\n" for line in lines))
    comparison = load([runs.root])
    found = {
        row["metric"]: row["difference"] for row in comparison.others.rows(named=True) if row["entry"] == "run-m100"
    }
    assert found == {"acc": None, "bleu": None, "prompt_level_strict_acc": pytest.approx(2 / 6)}


def test_what_is_on_one_side_only_is_listed(runs: Runs) -> None:
    stranger = {"config": {"model": "hf", "model_args": {"pretrained": "hub/Other"}}}
    path = _add_medqa(runs, "base", **stranger)
    runs.add_run("g50m50_unevaluated")
    spare = runs.root / "build" / "spare"
    shutil.copytree(runs.root / "build" / "mix-bbbb", spare)
    manifest = spare / "manifest.json"
    manifest.write_text(manifest.read_text().replace("mix-bbbb", "mix-spare").replace('"m100"', '"spare"'))
    for kind in ("samples_*_016k_*", "results_*"):
        for file in runs.folder("m100").glob(kind):
            if kind.startswith("samples"):
                file.unlink()
            else:
                record = json.loads(file.read_text())
                record["configs"].pop("medlong_openbook_letter_016k")
                file.write_text(json.dumps(record))
    comparison = load([runs.root], allow_partial=True)
    unmatched = comparison.unmatched
    assert unmatched.runs == ("g50m50_unevaluated",)
    assert unmatched.mixtures == ("spare",)
    assert unmatched.results == (os.fspath(path),)
    assert unmatched.arms == (("m100", "medlong_openbook_letter_016k"),)
    assert set(unmatched.notes()) <= set(comparison.notes)
