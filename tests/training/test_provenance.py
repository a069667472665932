"""medlong_run.json says what was trained, and never describes other weights than those beside it."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from medlong.catalog import RUN_FILE
from medlong.training import provenance
from medlong.training.provenance import Progress

DONE = Progress(steps=2, curve=[(1, 3.5), (2, 3.0)], tokens=100, trainable_tokens=40, model_revision=None)


@pytest.fixture(autouse=True)
def _needs_torch():
    pytest.importorskip("torch")


def test_the_record_holds_what_a_comparison_needs(recipe: dict, tiny_id: str):
    Path("recipe.yaml").write_text("seed: 42\n", encoding="utf-8")
    start = provenance.known(recipe, "recipe.yaml", tiny_id)
    record = provenance.record(recipe, "recipe.yaml", start, DONE, 12.34)
    assert record["medlong_run"] == 1
    assert record["mixture"] == "tiny"
    assert record["mixture_id"] == tiny_id
    assert (record["base_model"], record["seed"], record["steps"]) == ("models/tiny", 42, 2)
    assert (record["train_loss"], record["loss_curve"]) == (3.0, [(1, 3.5), (2, 3.0)])
    assert (record["tokens_seen"], record["trainable_tokens_seen"], record["wall_seconds"]) == (100, 40, 12.3)
    assert set(record["versions"]) == {"axolotl", "torch", "transformers", "peft", "medlong", "python"}
    assert record["hardware"]["processes"] == 1
    assert len(record["recipe_sha256"]) == 64


def test_what_is_not_known_is_left_out(recipe: dict):
    del recipe["medlong_mixture"]
    record = provenance.record(
        recipe, None, provenance.known(recipe, None, None), Progress(0, [], None, None, None), 1.0
    )
    assert record.keys().isdisjoint({"recipe", "recipe_sha256", "mixture", "mixture_id", "train_loss", "tokens_seen"})
    assert None not in record.values()


def test_progress_is_read_from_a_trainer_with_and_without_token_counts():
    history = [{"step": 1, "loss": 3.5}, {"step": 2, "loss": "3.0"}, {"step": 2, "train_runtime": 1.0}]
    state = SimpleNamespace(global_step=2, log_history=history, tokens={"total": 100, "trainable": 40})
    found = provenance.progress(state, None)
    assert found._replace(history=()) == DONE
    lines = [json.loads(line) for line in provenance.curve_lines(found).splitlines()]
    assert lines == [{"step": 1, "loss": 3.5}, {"step": 2, "loss": 3.0}]
    state = SimpleNamespace(global_step=2, log_history=history)
    assert provenance.progress(state, None).tokens is None


def test_the_record_of_an_earlier_run_goes_with_the_weights_merged_from_it(tmp_path: Path):
    provenance.write(tmp_path, {"run_id": "first"})
    (tmp_path / "merged").mkdir()
    provenance.retire(tmp_path)
    assert not (tmp_path / RUN_FILE).exists()
    assert json.loads((tmp_path / "merged" / RUN_FILE).read_text(encoding="utf-8")) == {"run_id": "first"}

    provenance.write(tmp_path, {"run_id": "second"})
    provenance.retire(tmp_path)
    assert not (tmp_path / RUN_FILE).exists()
    assert json.loads((tmp_path / "merged" / RUN_FILE).read_text(encoding="utf-8")) == {"run_id": "first"}

    provenance.forget_merged(tmp_path)
    assert list((tmp_path / "merged").iterdir()) == []
    provenance.retire(tmp_path)


def test_a_record_that_cannot_be_written_is_logged_and_raises_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "mixture").touch()
    provenance.write(tmp_path, {"run_id": "first"}, "the manifest")
    assert json.loads((tmp_path / RUN_FILE).read_text(encoding="utf-8")) == {"run_id": "first"}
    assert "mixture/manifest.json could not be written" in caplog.text
    assert "the manifest" in caplog.text
    provenance.write(tmp_path / "mixture", {"run_id": "second"})
    assert '"run_id": "second"' in caplog.text


def test_a_device_that_fails_after_training_leaves_the_rest_of_the_record(
    recipe: dict, monkeypatch: pytest.MonkeyPatch
):
    import torch

    def fails() -> bool:
        raise RuntimeError("device lost")

    monkeypatch.setattr(torch.cuda, "is_available", fails)
    record = provenance.record(recipe, None, provenance.known(recipe, None, None), DONE, 1.0)
    assert (record["hardware"], record["steps"]) == ({"processes": 1}, 2)


def test_the_run_id_of_a_training_on_two_processes_is_another(recipe: dict, monkeypatch: pytest.MonkeyPatch):
    start = provenance.known(recipe, None, None)
    alone = provenance.record(recipe, None, start, DONE, 1.0)
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert provenance.record(recipe, None, start, DONE, 1.0)["run_id"] != alone["run_id"]
