"""The demo runs what is not done, skips what is, and stops at what fails."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def demo():
    spec = importlib.util.spec_from_file_location("demo", ROOT / "tools" / "demo.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["demo"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def step(demo, tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "input").write_text("1")
    counted = f"open(r'{tmp_path / 'ran'}', 'a').write('x'); open(r'{tmp_path / 'out'}', 'w').write('done')"
    return demo.Step("count", [sys.executable, "-c", counted], [tmp_path / "input"], tmp_path / "out")


def times(tmp_path):
    return len((tmp_path / "ran").read_text())


def test_a_step_that_is_done_is_skipped(demo, step, tmp_path):
    assert demo.perform(step, tmp_path, "1")
    assert demo.perform(step, tmp_path, "1")
    assert times(tmp_path) == 1


def test_a_changed_input_or_a_missing_output_runs_it_again(demo, step, tmp_path):
    demo.perform(step, tmp_path, "1")
    (tmp_path / "input").write_text("2")
    demo.perform(step, tmp_path, "1")
    (tmp_path / "out").unlink()
    demo.perform(step, tmp_path, "1")
    assert times(tmp_path) == 3


def test_a_failing_step_is_reported_and_not_counted_as_done(demo, tmp_path, capsys):
    (tmp_path / "logs").mkdir()
    bad = demo.Step("bad", [sys.executable, "-c", "print('the reason'); raise SystemExit(3)"], [], tmp_path)
    assert not demo.perform(bad, tmp_path, "1")
    shown = capsys.readouterr().out
    assert "exit code 3" in shown
    assert "the reason" in shown
    assert not list((tmp_path / "logs").glob("*.done"))


def test_the_job_is_exams_mixture_training_merge_exams_for_each_mixture(demo):
    names = [step.name for step in demo.steps(Path("runs"), 60)]
    assert names[:2] == ["exam base", "knowledge base"]
    assert [name.split()[0] for name in names[2:]] == ["build", "train", "merge", "exam", "knowledge"] * 2
    for step in demo.steps(Path("runs"), 60):
        assert all((ROOT / path).exists() or "runs" in str(path) or "models" in str(path) for path in step.inputs)


def test_training_waits_on_its_mixture_and_an_exam_on_its_training(demo):
    for step in demo.steps(Path("runs"), 60):
        inputs = {str(path) for path in step.inputs}
        if step.name.startswith("train medical_only"):
            assert {"mixtures/medical_only.yaml", "mixtures/sources.yaml"} <= inputs
        if step.name.startswith("exam medical_only"):
            assert "runs/medical_only_lora/medlong_run.json" in inputs
