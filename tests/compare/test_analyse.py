"""From folders to an analysis: seeds of one mixture are pooled, and one seed never speaks for a mixture."""

import pytest

from medlong.cli import main
from medlong.compare.analyse import analyse
from medlong.compare.analysis import Analysis
from medlong.compare.comparison import load
from medlong.compare.score_tables import remarks, sheets
from tests.compare import conftest
from tests.compare.conftest import Runs


def _analysis(runs: Runs) -> Analysis:
    comparison = load([runs.root])
    return analyse(comparison, comparison.groups[0])


@pytest.fixture
def replicated(runs: Runs) -> Runs:
    """Three seeds of both mixtures of `runs`."""
    for seed in (1, 2):
        for name in ("g50m50", "m100"):
            runs.add_run(f"{name}_s{seed}", seed)
            runs.add_results(f"{name}_s{seed}")
    return runs


def test_one_seed_each_makes_no_claim_over_mixtures(runs: Runs) -> None:
    found = _analysis(runs)
    assert [treatment.seeds for treatment in found.treatments] == [1, 1]
    assert found.verdict.kind == "insufficient"
    assert "this checkpoint and that one" in found.verdict.text
    assert "2 training seeds" in found.verdict.needs[0]
    assert found.surface is None


def test_seeds_of_one_mixture_are_one_treatment(replicated: Runs) -> None:
    found = _analysis(replicated)
    assert [(treatment.name, treatment.seeds) for treatment in found.treatments] == [("g50m50", 3), ("m100", 3)]
    better, worse = found.treatments
    rows = [found.group.cells[key, "closed"].difference for key in better.entries]
    assert better.differences["closed"].value == pytest.approx(sum(row.value for row in rows if row) / 3)
    assert better.knowledge.value > worse.knowledge.value
    assert better.balance.value == min(better.knowledge.value, better.long_context.value)
    assert found.seed_sd > 0
    assert 0 <= worse.p_pareto <= better.p_pareto <= 1
    assert found == _analysis(replicated)


def test_a_reading_has_all_its_parts(runs: Runs) -> None:
    found = _analysis(runs)
    base = found.readings[found.group.base.key]
    tuned = found.readings["run-g50m50"]
    assert not base.differences
    assert list(tuned.differences) == list(found.group.arms)
    for arm, tested in tuned.net.items():
        assert tested.estimate == found.group.cells["run-g50m50", arm].net
        assert tested.p <= tested.p_holm <= 1
    assert set(tuned.gain) == {"001k", "004k", "016k"}
    assert tuned.effective in (None, 1024, 4096, 16384)


def _unread(runs: Runs, arm: str) -> None:
    """Give the base at `arm` the answers it gave without a book."""
    closed = {line["doc"]["id"]: line["acc"] for line in runs.lines("base", "closed")}
    lines = [line | {"acc": closed[line["doc"]["id"]]} for line in runs.lines("base", arm)]
    runs.rewrite("base", arm, lines)


def test_a_length_that_the_base_does_not_read_is_left_out_of_long_context(replicated: Runs) -> None:
    before = _analysis(replicated)
    assert before.unread == ()
    _unread(replicated, "016k")
    found = _analysis(replicated)
    assert found.unread == ("016k",)
    for first, second in zip(before.treatments, found.treatments, strict=True):
        assert second.net["016k"].value > first.net["016k"].value  # as if long context had been gained
        mean = (second.net["001k"].value + second.net["004k"].value) / 2
        assert second.long_context.value == pytest.approx(mean)
        assert second.knowledge == first.knowledge
    remark = next(line for line in remarks(load([replicated.root]), [found]) if "016k" in line)
    assert "does no better with the book than without" in remark
    table = next(sheet for sheet in sheets(found.group, found) if sheet.title.startswith("D(L)"))
    assert not [row for row in table.rows if row[-1].endswith("*")]
    assert "None at 016k" in table.caption


def test_a_base_that_reads_nothing_makes_nothing_comparable(replicated: Runs) -> None:
    for arm in ("001k", "004k", "016k"):
        _unread(replicated, arm)
    found = _analysis(replicated)
    assert found.verdict.kind == "not comparable"
    assert "at 001k, 004k and 016k the base does no better with the book" in found.verdict.text


def test_without_a_closed_book_every_length_counts(empty: Runs) -> None:
    arms = tuple(arm for arm in conftest.ARMS if arm != "closed")
    empty.add_results("base", arms=arms)
    empty.add_run("g50m50")
    empty.add_results("g50m50", arms=arms)
    assert _analysis(empty).unread == ()


def test_without_the_oracle_nothing_is_comparable(empty: Runs) -> None:
    arms = tuple(arm for arm in conftest.ARMS if arm != "oracle")
    empty.add_results("base", arms=arms)
    empty.add_run("g50m50")
    empty.add_results("g50m50", arms=arms)
    assert _analysis(empty).verdict.kind == "not comparable"


def test_a_base_alone_has_scores_and_nothing_to_choose_among(empty: Runs) -> None:
    empty.add_results("base")
    verdict = _analysis(empty).verdict
    assert verdict.kind == "not comparable"
    assert "one model sat this exam" in verdict.text


def test_plan_prints_what_a_study_sees(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--mixtures", "2", "--icc", "0", "--effect", "5"]) == 0
    text = capsys.readouterr().out
    assert "<- this plan" in text
    assert "Enough for 5 points at a power of 80 %" in text


def test_plan_takes_variances_from_runs(replicated: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--runs", str(replicated.root)]) == 0
    assert "2 mixtures, 60 items on" in capsys.readouterr().out


def test_plan_refuses_runs_without_seeds_and_impossible_books(runs: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--runs", str(runs.root)]) == 2
    assert "no mixture with two training seeds" in capsys.readouterr().err
    assert main(["plan", "--items", "10", "--books", "20"]) == 2
    assert "--books 20: more than the items, 10" in capsys.readouterr().err
