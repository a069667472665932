"""Knowledge can be taken from any task that all models were asked, question by question."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medlong.cli import main
from medlong.compare.analyse import analyse
from medlong.compare.analysis import Analysis
from medlong.compare.comparison import load
from medlong.compare.export import to_polars
from medlong.compare.inferred import inferred_sheets
from medlong.compare.score_tables import INVENTED, remarks
from medlong.compare.statistics import paired_difference
from medlong.compare.table import View, markdown
from medlong.errors import DataError
from medlong.report.page import report
from tests.compare.conftest import Runs

QUESTIONS = 40
SKILL = {"base": 0.3, "g50m50": 0.5, "m100": 0.9}


def _scores(name: str, task: str) -> list[float]:
    """Right answers of a model; seeds of one mixture differ a little."""
    luck = np.random.default_rng([len(task), *task.encode()]).random(QUESTIONS)
    own = np.random.default_rng([1, *name.encode()]).random(QUESTIONS) * 0.1
    return (luck + own < SKILL[name.split("_")[0]]).astype(float).tolist()


def _add(runs: Runs, name: str, task: str = "medqa", metrics: tuple[str, ...] = ("acc", "acc_norm")) -> None:
    """Write another task's results of a model; `acc_norm` is `acc` turned round."""
    model = str(runs.checkpoint(name)) if name != "base" else runs.base_model
    scores = _scores(name, task)
    values = {metric: scores if metric == "acc" else [1 - score for score in scores] for metric in metrics}
    record = {
        "results": {task: {f"{metric},none": sum(v) / QUESTIONS for metric, v in values.items()}},
        "configs": {task: {}},
        "versions": {task: 1.0},
        "n-shot": {task: 0},
        "n-samples": {task: {"effective": QUESTIONS}},
        "config": {"model": "hf", "model_args": {"pretrained": model}},
    }
    folder = runs.root / task / name
    folder.mkdir(parents=True)
    (folder / "results_2026-02-02T03-04-05.json").write_text(json.dumps(record))
    lines: list[dict[str, Any]] = [
        {"doc_id": n, "arguments": {}, "resps": [], "filtered_resps": [], "filter": "none", "doc_hash": f"h{n}"}
        | {metric: v[n] for metric, v in values.items()}
        for n in range(QUESTIONS)
    ]
    text = "".join(json.dumps(line) + "\n" for line in reversed(lines))
    (folder / f"samples_{task}_2026-02-02T03-04-05.jsonl").write_text(text)


@pytest.fixture
def asked(runs: Runs) -> Runs:
    """Two mixtures of two seeds and their base, all asked medqa and mmlu_anatomy."""
    for name in ("g50m50", "m100"):
        runs.add_run(f"{name}_s1", 1)
        runs.add_results(f"{name}_s1")
    for name in ("base", "g50m50", "m100", "g50m50_s1", "m100_s1"):
        for task in ("medqa", "mmlu_anatomy"):
            _add(runs, name, task)
    return runs


def _analysis(root: Path, *knowledge: str) -> Analysis:
    comparison = load([root], knowledge=knowledge)
    return analyse(comparison, comparison.groups[0])


def _change(name: str, task: str = "medqa") -> np.ndarray:
    return np.array(_scores(name, task)) - np.array(_scores("base", task))


def test_knowledge_is_the_gain_in_the_task_named(asked: Runs) -> None:
    before, found = _analysis(asked.root), _analysis(asked.root, "medqa")
    assert before.knowledge == ("medlong_openbook_letter_closed",)
    assert found.knowledge == ("medqa",)
    for old, new in zip(before.treatments, found.treatments, strict=True):
        names = [key.removeprefix("run-") for key in new.entries]
        assert new.knowledge.value == pytest.approx(np.mean([_change(name).mean() for name in names]))
        assert (new.knowledge.n, new.knowledge.clusters) == (QUESTIONS, QUESTIONS)
        assert new.long_context.value == pytest.approx(old.long_context.value)
        assert new.long_context.se == pytest.approx(old.long_context.se)
        assert new.balance.value == min(new.knowledge.value, new.long_context.value)
        assert new.differences == old.differences


def test_one_seed_has_the_paired_error_of_the_questions(runs: Runs) -> None:
    for name in ("base", "g50m50", "m100"):
        _add(runs, name)
    theirs = paired_difference(_scores("m100", "medqa"), _scores("base", "medqa"), [str(n) for n in range(QUESTIONS)])
    found = next(one for one in _analysis(runs.root, "medqa").treatments if one.name == "m100").knowledge
    assert found == pytest.approx(theirs)


def test_several_tasks_count_alike_and_a_metric_can_be_named(asked: Runs) -> None:
    both = _analysis(asked.root, "medqa", "mmlu_anatomy")
    assert both.knowledge == ("medqa", "mmlu_anatomy")
    first = both.treatments[0]
    names = [key.removeprefix("run-") for key in first.entries]
    means = [_change(name, task).mean() for name in names for task in ("medqa", "mmlu_anatomy")]
    assert first.knowledge.value == pytest.approx(np.mean(means))
    assert first.knowledge.n == 2 * QUESTIONS
    turned = _analysis(asked.root, "medqa:acc_norm").treatments[0]
    plain = _analysis(asked.root, "medqa:acc,none").treatments[0]
    assert turned.knowledge.value == pytest.approx(-plain.knowledge.value)


def test_an_arm_of_the_exam_itself_keeps_its_books(asked: Runs) -> None:
    found = _analysis(asked.root, "medlong_openbook_letter_oracle")
    assert found.knowledge == ("medlong_openbook_letter_oracle",)
    for treatment in found.treatments:
        assert treatment.knowledge.value == pytest.approx(treatment.differences["oracle"].value)
        assert treatment.knowledge.clusters == treatment.long_context.clusters


def test_an_arm_of_another_exam_is_joined_by_item(asked: Runs) -> None:
    names = ("base", "g50m50", "m100", "g50m50_s1", "m100_s1")
    for name in names:
        asked.add_results(name, "cloze")
    comparison = load([asked.root], knowledge=["medlong_openbook_cloze_closed"])
    letter = next(group for group in comparison.groups if group.exam.scoring == "letter")
    cloze = next(group for group in comparison.groups if group.exam.scoring == "cloze")
    for one, other in zip(analyse(comparison, letter).treatments, analyse(comparison, cloze).treatments, strict=True):
        assert one.knowledge.value == pytest.approx(other.knowledge.value)
        assert one.knowledge.n == other.knowledge.n == 60


def test_an_exam_asked_for_knowledge_alone_has_no_verdict_of_its_own(asked: Runs) -> None:
    for name in ("base", "g50m50", "m100", "g50m50_s1", "m100_s1"):
        asked.add_results(name, "cloze", arms=("closed",))
    comparison = load([asked.root], knowledge=["medlong_openbook_cloze_closed"])
    found = {group.exam.scoring: analyse(comparison, group) for group in comparison.groups}
    assert found["letter"].verdict.kind != "not comparable"
    assert "this exam is what shows knowledge" in found["cloze"].verdict.text
    assert found["letter"].knowledge == found["cloze"].knowledge == ("medlong_openbook_cloze_closed",)
    titles = [sheet.title for sheet in inferred_sheets(found["cloze"].group, found["cloze"])]
    assert "Mixtures" not in titles


def test_tables_and_files_say_what_knowledge_is(asked: Runs) -> None:
    comparison = load([asked.root], knowledge=["medqa"])
    analyses = (analyse(comparison, comparison.groups[0]),)
    view = View(analyses)
    assert "Knowledge: gain in medqa. " in markdown(comparison, view)
    assert "Knowledge: gain in medqa. " in report(comparison, view, "medlong compare")
    frame = to_polars(comparison, analyses)
    assert frame["knowledge_tasks"].unique().to_list() == ["medqa"]
    assert INVENTED not in remarks(comparison, analyses)
    assert INVENTED in remarks(comparison, (_analysis(asked.root),))


def test_what_cannot_be_knowledge_is_refused(asked: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DataError, match=r"--knowledge: no task named 'medqaa'; did you mean 'medqa'\?"):
        load([asked.root], knowledge=["medqaa"])
    with pytest.raises(DataError, match="no such score question by question; name one of medqa:acc,none, medqa:acc_n"):
        load([asked.root], knowledge=["medqa:f1"])
    with pytest.raises(DataError, match="the tasks of medlong have one score; leave :acc out"):
        load([asked.root], knowledge=["medlong_openbook_letter_closed:acc"])
    folder = asked.root / "medqa" / "m100"
    next(folder.glob("samples_*")).unlink()
    assert main(["compare", str(asked.root), "--knowledge", "medqa"]) == 2
    assert "--knowledge medqa: no answers to its questions by m100; evaluate all" in capsys.readouterr().err
    path = next(folder.glob("results_*"))
    record = json.loads(path.read_text())
    path.write_text(json.dumps(record | {"group_subtasks": {"medqa": ["medqa_a", "medqa_b"]}}))
    assert main(["compare", str(asked.root), "--knowledge", "medqa"]) == 2
    assert "a group has no questions of its own; name its tasks" in capsys.readouterr().err


def test_a_task_of_several_scores_must_name_one(runs: Runs) -> None:
    for name in ("base", "g50m50", "m100"):
        _add(runs, name, "gsm", metrics=("acc_norm", "exact_match"))
    with pytest.raises(DataError, match="which of its metrics is meant is not known; name one of gsm:acc_norm,none"):
        load([runs.root], knowledge=["gsm"])
    assert _analysis(runs.root, "gsm:exact_match").knowledge == ("gsm",)


def test_a_plan_takes_its_variances_from_the_task_named(asked: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--runs", str(asked.root), "--knowledge", "medqa"]) == 0
    assert "2 mixtures, " in capsys.readouterr().out
    assert main(["plan", "--knowledge", "medqa"]) == 2
    assert "--knowledge says what is measured in --runs" in capsys.readouterr().err
