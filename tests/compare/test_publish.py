"""Scores arrive where experiments are watched, by the real clients where they are installed, without a network."""

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from medlong.cli import main
from medlong.compare.comparison import load
from medlong.compare.publish import check_client, publish, sent
from medlong.errors import DataError, MissingPackageError
from tests.compare.analysed import analysis
from tests.compare.conftest import Runs

KEY = "medlong_openbook_letter/formulary/004k/accuracy"


def test_what_is_sent_is_the_training_and_the_scores_of_each_model(runs: Runs) -> None:
    comparison = load([runs.root])
    base, first, second = sent(comparison, [analysis(comparison.groups[0], {})])
    assert [base.name, first.name, second.name] == ["Small-135M", "g50m50", "m100"]
    assert base.config == {"model": "hub/Small-135M"}
    wanted = {"recipe_sha256": "0" * 64, "mixture_id": "mix-bbbb", "seed": 0, "total": 400, "share_medical": 0.75}
    assert wanted.items() <= second.config.items()
    assert second.scores[KEY] == comparison.groups[0].cells["run-m100", "004k"].accuracy.value
    assert second.scores[KEY.replace("accuracy", "gain")] == 0.25
    assert {row["run"] for row in second.rows} == {"m100"}
    assert len(second.rows) == 5


def test_tensorboard_curves_have_the_length_as_step(
    runs: Runs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch.utils.tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    folder = tmp_path / "board"
    assert main(["compare", str(runs.root), "--to", f"tensorboard:{folder}"]) == 0
    assert f"sent 3 runs to tensorboard ({folder})" in capsys.readouterr().out
    events = EventAccumulator(str(folder / "m100"))
    events.Reload()
    curve = events.Scalars("medlong_openbook_letter/formulary/accuracy")
    cells = load([runs.root]).groups[0].cells
    assert [event.step for event in curve] == [1024, 4096, 16384]
    assert curve[1].value == pytest.approx(cells["run-m100", "004k"].accuracy.value)
    assert events.Scalars("medlong_openbook_letter/formulary/oracle/accuracy")[0].step == 0


def test_wandb_offline_writes_one_run_a_model(runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wandb = pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_DIR", str(tmp_path))
    monkeypatch.setenv("WANDB_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("WANDB_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("WANDB_SILENT", "true")
    comparison = load([runs.root])
    assert publish(comparison, (), "wandb:study") == "sent 3 runs to wandb (study)"
    wandb.teardown()  # as at the end of the command, when the last lines are written
    written = [path.read_bytes() for path in tmp_path.glob("wandb/offline-run-*/*.wandb")]
    assert len(written) == 3
    assert [KEY.encode() in one for one in written] == [True] * 3
    assert sorted(b"mix-bbbb" in one for one in written) == [False, False, True]
    tables = list(tmp_path.glob("wandb/offline-run-*/files/media/table/*.json"))
    assert len(tables) == 3
    assert len(json.loads(tables[0].read_text())["data"]) == 5


class _Mlflow(ModuleType):
    """The few functions of mlflow that are used, with its limits on names."""

    def __init__(self) -> None:
        super().__init__("mlflow")
        self.runs: dict[str, dict[str, Any]] = {}

    def set_experiment(self, name: str) -> None:
        self.experiment = name

    @contextmanager
    def start_run(self, run_name: str):
        self.current = self.runs.setdefault(run_name, {})
        yield

    def log_params(self, params: dict[str, Any]) -> None:
        self.current["params"] = params

    def log_metrics(self, metrics: dict[str, float]) -> None:
        assert all(name.isascii() and not set(name) & set("(),=@") for name in metrics)
        self.current["metrics"] = metrics

    def log_text(self, text: str, artifact_file: str) -> None:
        self.current[artifact_file] = text


def test_mlflow_gets_parameters_metrics_and_the_table(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    mlflow = _Mlflow()
    monkeypatch.setitem(sys.modules, "mlflow", mlflow)
    assert publish(load([runs.root]), (), "mlflow") == "sent 3 runs to mlflow (medlong)"
    assert mlflow.experiment == "medlong"
    run = mlflow.runs["m100"]
    assert run["params"]["mixture_id"] == "mix-bbbb"
    assert 0 < run["metrics"][KEY] < 1
    assert run["scores.csv"].startswith("family,scoring,")


def test_a_client_that_is_not_installed_is_named_before_anything_is_read(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(MissingPackageError, match="pip install mlflow"):
        check_client("mlflow:study")
    assert main(["compare", str(runs.root / "nowhere"), "--to", "mlflow"]) == 2
    shown = capsys.readouterr()
    assert "install it with: pip install mlflow" in shown.err
    assert "nowhere" not in shown.err


def test_what_a_client_refuses_is_one_message(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    mlflow = _Mlflow()

    def refuse(name: str) -> None:
        raise ValueError("no such server")

    monkeypatch.setattr(mlflow, "set_experiment", refuse)
    monkeypatch.setitem(sys.modules, "mlflow", mlflow)
    with pytest.raises(DataError, match="--to mlflow: ValueError: no such server"):
        publish(load([runs.root]), (), "mlflow")


def test_nothing_about_the_user_is_reported_unless_set(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.delenv("WANDB_ERROR_REPORTING", raising=False)
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "false")
    monkeypatch.setitem(sys.modules, "mlflow", _Mlflow())
    check_client("mlflow")
    assert os.environ["WANDB_ERROR_REPORTING"] == "false"
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "false"
