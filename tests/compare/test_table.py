"""What the tables say, worked out again from the sample files, and that it does not depend on file order."""

import csv
import io
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from medlong.compare.columns import NAMES
from medlong.compare.columns import markdown as columns_table
from medlong.compare.comparison import Comparison, load
from medlong.compare.export import to_csv
from medlong.compare.statistics import clustered_mean
from medlong.compare.table import MARK, NO_ERROR, ONE_SEED, SEVERAL_SEEDS, markdown, remarks, sheets
from medlong.compare.terminal import show
from tests.compare.conftest import ARMS, BOOK_SIZE, N_ITEMS, Runs

ROOT = Path(__file__).resolve().parents[2]


def _terminal(comparison: Comparison) -> str:
    text = io.StringIO()
    show(comparison, text)
    return text.getvalue()


def _cells(runs: Runs) -> dict[tuple[str, str], dict[str, str]]:
    rows = csv.DictReader(io.StringIO(to_csv(load([runs.root]))))
    return {(row["run"], row["arm"]): row for row in rows}


def _scores(runs: Runs, name: str, arm: str) -> np.ndarray:
    return np.array([line["acc"] for line in runs.lines(name, arm)])


def test_values_are_those_worked_out_by_hand_from_the_samples(runs: Runs) -> None:
    cells = _cells(runs)
    books = [str(number // BOOK_SIZE) for number in range(N_ITEMS)]
    for arm in ARMS:
        clusters = books if ARMS[arm] else [str(number) for number in range(N_ITEMS)]
        base, tuned = _scores(runs, "base", arm), _scores(runs, "m100", arm)
        row = cells["m100", arm]
        expected = clustered_mean(tuned, clusters)
        change = clustered_mean(tuned - base, clusters)
        assert float(row["accuracy"]) == pytest.approx(tuned.sum() / N_ITEMS, abs=1e-6)
        assert float(row["accuracy_se"]) == pytest.approx(expected.se, abs=1e-6)
        assert float(row["difference"]) == pytest.approx(tuned.mean() - base.mean(), abs=1e-6)
        assert float(row["difference_low"]) == pytest.approx(change.low, abs=1e-6)
        assert int(row["n_clusters"]) == (12 if ARMS[arm] else 60)
        if ARMS[arm]:
            oracle = _scores(runs, "m100", "oracle") - _scores(runs, "base", "oracle")
            net = clustered_mean(tuned - base - oracle, books)
            assert float(row["net"]) == pytest.approx(net.value, abs=1e-6)
            assert float(row["net_se"]) == pytest.approx(net.se, abs=1e-6)
        else:
            assert row["net"] == ""


def test_rows_and_columns_are_in_the_promised_order(runs: Runs) -> None:
    accuracy, difference, net = sheets(load([runs.root]).groups[0])
    assert accuracy.headers == [
        *("run", "mixture", "general", "medical", "long", "total"),
        *("closed", "oracle", "001k", "004k", "016k"),
    ]
    assert [row[:6] for row in accuracy.rows] == [
        ["Small-135M (base)", "–", "–", "–", "–", "–"],
        ["g50m50", "g50m50", "50%", "50%", "0%", "200"],
        ["m100", "m100", "0%", "75%", "25%", "400"],
    ]
    assert [row[0] for row in difference.rows] == ["g50m50", "m100"]
    assert net.headers == ["run", "001k", "004k", "016k"]


def test_a_score_without_spread_has_a_dash_for_its_error_and_a_remark(runs: Runs) -> None:
    for name, score in (("base", 0.0), ("m100", 1.0)):
        runs.rewrite(name, "004k", [line | {"acc": score} for line in runs.lines(name, "004k")])
    comparison = load([runs.root])
    accuracy, difference, _ = sheets(comparison.groups[0])
    assert accuracy.rows[0][-2] == "0.0±–"
    assert difference.rows[1][-2] == "+100.0±–"
    assert NO_ERROR in remarks(comparison)
    assert NO_ERROR in markdown(comparison)


def test_a_renamed_mixture_is_the_same_mixture_under_the_name_of_the_run(runs: Runs) -> None:
    copy = runs.checkpoint("m100") / "mixture" / "manifest.json"
    copy.parent.mkdir()
    shutil.copy(runs.root / "build" / "mix-bbbb" / "manifest.json", copy)
    copy.write_text(copy.read_text().replace('"name": "m100"', '"name": "former"'))
    record = runs.checkpoint("m100") / "medlong_run.json"
    record.write_text(record.read_text().replace('"mixture": "m100"', '"mixture": "former"'))
    (accuracy, *_) = sheets(load([runs.root]).groups[0])
    assert [row[1] for row in accuracy.rows] == ["–", "former", "g50m50"]


def test_one_run_recorded_under_two_names_of_its_mixture_counts_once(runs: Runs) -> None:
    copy = runs.checkpoint("m100") / "merged" / "medlong_run.json"
    copy.parent.mkdir()
    text = (runs.checkpoint("m100") / "medlong_run.json").read_text()
    copy.write_text(text.replace('"mixture": "m100"', '"mixture": "former"'))
    (accuracy, *_) = sheets(load([runs.root]).groups[0])
    assert [row[1] for row in accuracy.rows] == ["–", "g50m50", "m100"]


def test_the_mark_stands_where_the_interval_excludes_zero_and_nowhere_else(runs: Runs) -> None:
    group = load([runs.root]).groups[0]
    marks = set()
    for row in sheets(group)[1].rows:
        for arm, text in zip(group.arms, row[1:], strict=True):
            estimate = group.cells[f"run-{row[0]}", arm].difference
            assert estimate is not None
            marks.add(text.endswith(MARK))
            assert text.endswith(MARK) == (estimate.low > 0 or estimate.high < 0)
    assert marks == {True, False}


def test_shuffled_lines_and_moved_files_give_the_same_bytes(runs: Runs, tmp_path: Path) -> None:
    before = load([runs.root])
    for name in ("base", "g50m50", "m100"):
        for arm in ARMS:
            lines = runs.lines(name, arm)
            random.Random(f"{name}{arm}").shuffle(lines)
            runs.rewrite(name, arm, lines)
    shutil.move(runs.root / "results" / "base", tmp_path / "zz")
    shutil.move(runs.root / "results" / "m100", runs.root / "a")
    after = load([tmp_path / "zz", runs.root])
    for render in (markdown, to_csv, _terminal):
        assert render(before) == render(after)


def test_overlapping_folders_count_once(runs: Runs) -> None:
    assert to_csv(load([runs.root, runs.root / "results", runs.root])) == to_csv(load([runs.root]))


def test_items_over_the_window_are_excluded_and_counted(runs: Runs) -> None:
    lines = runs.lines("m100", "016k")
    for line in lines[:10]:
        line["overlength"] = 1
    runs.rewrite("m100", "016k", lines)
    row = _cells(runs)["m100", "016k"]
    tuned, base = (_scores(runs, name, "016k")[10:] for name in ("m100", "base"))
    assert (row["n_items"], row["n_overlength"], row["n_counted"]) == ("60", "10", "50")
    assert (row["difference_n"], row["net_n"]) == ("50", "50")
    assert float(row["accuracy"]) == pytest.approx(tuned.mean(), abs=1e-6)
    assert float(row["difference"]) == pytest.approx((tuned - base).mean(), abs=1e-6)
    note = "m100: 10 of 60 items of medlong_openbook_letter_016k are longer than its window and not counted"
    assert note in remarks(load([runs.root]))


def test_an_arm_wholly_over_the_window_shows_nothing_rather_than_zero(runs: Runs) -> None:
    runs.rewrite("m100", "016k", [line | {"overlength": 1.0} for line in runs.lines("m100", "016k")])
    comparison = load([runs.root])
    accuracy, difference, net = sheets(comparison.groups[0])
    assert [accuracy.rows[2][-1], difference.rows[1][-1], net.rows[1][-1]] == ["–", "–", "–"]
    assert _cells(runs)["m100", "016k"]["accuracy"] == ""


def test_one_seed_may_only_speak_of_checkpoints(runs: Runs) -> None:
    assert ONE_SEED in remarks(load([runs.root]))
    assert "It does not say that its mixture differs" in ONE_SEED
    runs.add_run("m100_seed1", seed=1)
    runs.add_results("m100_seed1")
    assert SEVERAL_SEEDS in remarks(load([runs.root]))


def test_csv_columns_are_those_of_the_documentation(runs: Runs) -> None:
    text = (ROOT / "docs" / "compare.md").read_text(encoding="utf-8")
    assert columns_table() in text, "docs/compare.md is stale; run python tools/render_columns.py"
    assert to_csv(load([runs.root])).splitlines()[0] == ",".join(NAMES)
    assert NAMES[:8] == ("family", "scoring", "bank", "bank_version", "base", "run", "is_base", "run_id")
    assert NAMES[41] == "net_high"  # later columns come after it


def test_the_terminal_fits_120_columns_with_ten_arms_and_long_names(empty: Runs) -> None:
    empty.add_results("base")
    empty.add_run("g50m50_smollm2_seed_1")
    empty.add_results("g50m50_smollm2_seed_1")
    for extra in ("002k", "008k", "032k", "064k", "128k"):
        for name in ("base", "g50m50_smollm2_seed_1"):
            path = empty.samples(name, "001k")
            path.with_name(path.name.replace("001k", extra)).write_text(
                path.read_text()
                .replace('"001k"', f'"{extra}"')
                .replace('"length": 1024', f'"length": {int(extra[:3])}000')
            )
            record = json.loads(empty.results(name).read_text())
            for key in ("configs", "versions"):
                record[key][f"medlong_openbook_letter_{extra}"] = record[key]["medlong_openbook_letter_001k"]
            empty.results(name).write_text(json.dumps(record))
    lines = _terminal(load([empty.root])).splitlines()
    assert max(map(len, lines)) <= 120
    assert any("closed" in line and "128k" in line for line in lines)


def test_one_table_a_scoring_and_the_strict_filter_counts(runs: Runs) -> None:
    for name in ("base", "g50m50", "m100"):
        runs.add_results(name, "generate")
    both = load([runs.root])
    assert [group.exam.scoring for group in both.groups] == ["generate", "letter"]
    one = load([runs.root], scoring="generate").groups
    assert [group.exam.family for group in one] == ["medlong_openbook"]
    assert one[0].cells["run-m100", "004k"].accuracy.value < 1  # the lenient lines are all right


def test_base_can_be_any_row(runs: Runs) -> None:
    group = load([runs.root], base="g50m50").groups[0]
    assert group.base.name == "g50m50"
    assert [entry.name for entry in group.entries[1:]] == ["Small-135M", "m100"]
    usual = load([runs.root]).groups[0].cells["run-g50m50", "004k"].difference
    turned = group.cells["model:hub/Small-135M", "004k"].difference
    assert usual is not None
    assert turned is not None
    assert turned.value == pytest.approx(-usual.value)
    assert load([runs.root], base="hub/Small-135M").groups[0].base.name == "Small-135M"


def test_copies_of_a_run_record_and_foreign_files_do_no_harm(runs: Runs) -> None:
    before = to_csv(load([runs.root]))
    source = runs.checkpoint("m100")
    for inner in ("merged", "checkpoint-100"):
        (source / inner).mkdir()
        shutil.copy(source / "medlong_run.json", source / inner)
    (source / "manifest.json").write_text("{not ours")
    (source / "log_2026-01-02T03-04-05.json").write_text("[]")
    prepared = source / "last_run_prepared"
    prepared.mkdir()
    (prepared / "medlong_run.json").write_text("never read")
    assert to_csv(load([runs.root])) == before


def test_base_given_elsewhere_is_found_by_its_last_part_and_that_is_said(runs: Runs) -> None:
    path = runs.results("base")
    record = json.loads(path.read_text())
    record["config"]["model_args"] = "pretrained=/data/models/Small-135M/,dtype=float32"
    path.write_text(json.dumps(record))
    comparison = load([runs.root])
    assert len(comparison.groups) == 1
    assert any("by the last path component" in note for note in comparison.notes)


def test_a_base_on_this_machine_is_found_by_its_real_path(empty: Runs, tmp_path: Path) -> None:
    real, link = tmp_path / "models" / "small", tmp_path / "link"
    real.mkdir(parents=True)
    link.symlink_to(real)
    empty.base_model = str(real)
    empty.add_results("base")
    empty.base_model = str(link)
    empty.add_run("m100")
    empty.add_results("m100")
    comparison = load([empty.root])
    assert len(comparison.groups) == 1
    assert not any("last path" in note for note in comparison.notes)


def test_other_benchmarks_and_runs_not_yet_evaluated_are_named(runs: Runs) -> None:
    path = runs.results("m100")
    record = json.loads(path.read_text())
    record["configs"]["medqa_4options"] = {}
    record["results"]["medqa_4options"] = {"alias": "medqa_4options", "acc,none": 0.3, "acc_stderr,none": "N/A"}
    path.write_text(json.dumps(record))
    runs.add_run("g50m50_later")
    notes = load([runs.root]).notes
    assert "other lm_eval tasks, not in the tables of the exam: medqa_4options" in notes
    assert "g50m50_later: no exam results found, left out" in notes


def test_prompts_are_not_kept(runs: Runs) -> None:
    samples = load([runs.root]).samples
    assert not {"arguments", "doc", "resps", "question"} & set(samples.columns)
    assert samples.height == 3 * 5 * N_ITEMS


def test_the_tool_is_the_command(runs: Runs) -> None:
    command = [sys.executable, "tools/compare.py", str(runs.root)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Difference to base" in done.stdout


def test_a_soup_of_several_mixtures_is_a_row_without_one(runs: Runs) -> None:
    path = runs.checkpoint("m100") / "medlong_run.json"
    record = json.loads(path.read_text())
    del record["mixture_id"], record["mixture"], record["seed"]
    path.write_text(json.dumps(record | {"soup": {"models": ["a", "b"], "weights": ["1/2", "1/2"]}}))
    row = _cells(runs)["m100", "004k"]
    assert (row["mixture"], row["total"]) == ("", "")
    assert row["difference"] != ""
    assert "m100" in _terminal(load([runs.root]))
