"""The plugin's hooks, called as Axolotl calls them."""

import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from medlong.errors import ConfigError
from medlong.hashing import text_digest
from medlong.training import schema
from medlong.training.provenance import RUN_FILE
from medlong.training.recipe import base_model_id

pytest.importorskip("axolotl")
schema.need_axolotl()

from axolotl.utils.dict import DictDefault  # noqa: E402

from medlong.training.plugin import MedlongPlugin  # noqa: E402

STATE = SimpleNamespace(global_step=3, log_history=[{"step": 3, "loss": 2.5}], tokens={"total": 9, "trainable": 4})


@pytest.fixture
def plugin() -> MedlongPlugin:
    return MedlongPlugin()


def _train(plugin: MedlongPlugin, recipe: dict) -> DictDefault:
    config = DictDefault(recipe)
    plugin.register(config)
    plugin.load_datasets(config)
    plugin.post_trainer_create(config, SimpleNamespace(state=STATE))
    plugin.post_train(config, model=None)
    plugin.post_train(config, model=None)
    plugin.post_train_unload(config)
    return config


def test_a_run_leaves_its_record(plugin: MedlongPlugin, recipe: dict, tiny_id: str):
    config = _train(plugin, recipe)
    record = json.loads(Path("runs/tiny", RUN_FILE).read_text(encoding="utf-8"))
    assert (record["mixture_id"], record["steps"], record["train_loss"]) == (tiny_id, 3, 2.5)
    assert Path(config.datasets[0].path).is_file()
    curve = Path("runs/tiny", record["loss_curve_file"]).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in curve] == [{"step": 3, "loss": 2.5}]


def test_sequences_too_short_for_rows_of_the_mixture_are_refused_before_anything_is_loaded(
    plugin: MedlongPlugin, recipe: dict, tiny_model: Path
):
    short = recipe | {"base_model": str(tiny_model), "sequence_len": 24}
    for strategy in ("drop", None, "raise"):
        config = DictDefault(short | {"excess_length_strategy": strategy})
        plugin.register(config)
        with pytest.raises(ConfigError, match=r"of 24 medical rows.*a sequence_len of \d+ holds every row"):
            plugin.load_datasets(config)
    config = DictDefault(short | {"sequence_len": 256})
    plugin.register(config)
    plugin.load_datasets(config)


def test_rows_that_the_recipe_has_cut_are_told_and_cut(
    plugin: MedlongPlugin, recipe: dict, tiny_model: Path, caplog: pytest.LogCaptureFixture
):
    change = {"base_model": str(tiny_model), "sequence_len": 24, "excess_length_strategy": "truncate"}
    config = DictDefault(recipe | change)
    plugin.register(config)
    plugin.load_datasets(config)
    assert "24 cuts 24 of 24 medical rows" in caplog.text


def test_the_record_is_of_the_files_that_were_trained_on_whatever_becomes_of_them(
    plugin: MedlongPlugin, recipe: dict, tiny_id: str
):
    base = Path("models/tiny")
    base.mkdir(parents=True)
    (base / "model.safetensors").write_bytes(b"weights")
    Path("recipe.yaml").write_text("seed: 42\n", encoding="utf-8")
    config = DictDefault(recipe | {"axolotl_config_path": "recipe.yaml"})
    plugin.register(config)
    plugin.load_datasets(config)
    built = Path(f"build/{tiny_id}/manifest.json")
    manifest = built.read_text(encoding="utf-8")
    for path in (built, Path("recipe.yaml"), Path("mixtures/tiny.yaml"), base / "model.safetensors"):
        path.write_text("edited while it trained", encoding="utf-8")
    plugin.post_trainer_create(config, SimpleNamespace(state=STATE))
    plugin.post_train(config, model=None)
    plugin.post_train_unload(config)
    record = json.loads(Path("runs/tiny", RUN_FILE).read_text(encoding="utf-8"))
    assert (record["mixture"], record["mixture_id"]) == ("tiny", tiny_id)
    assert record["recipe_sha256"] == text_digest("seed: 42\n")
    assert record["base_model_id"] != base_model_id("models/tiny")
    assert Path("runs/tiny/mixture/manifest.json").read_text(encoding="utf-8") == manifest


def test_an_id_to_come_is_filled_in_and_the_run_is_the_same(plugin: MedlongPlugin, recipe: dict, tiny_id: str):
    _train(plugin, recipe)
    pinned = json.loads(Path("runs/tiny", RUN_FILE).read_text(encoding="utf-8"))
    recipe["datasets"][0]["path"] = "build/{mixture_id}/train.jsonl"
    config = _train(MedlongPlugin(), recipe)
    assert config.datasets[0].path == f"build/{tiny_id}/train.jsonl"
    left_open = json.loads(Path("runs/tiny", RUN_FILE).read_text(encoding="utf-8"))
    assert (left_open["mixture_id"], left_open["run_id"]) == (tiny_id, pinned["run_id"])


def test_only_the_first_process_writes(plugin: MedlongPlugin, recipe: dict, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RANK", "1")
    _train(plugin, recipe)
    assert not Path("runs/tiny", RUN_FILE).exists()


def test_a_training_that_fails_leaves_no_record_not_even_the_former(plugin: MedlongPlugin, recipe: dict):
    config = _train(plugin, recipe)
    plugin.post_trainer_create(config, SimpleNamespace(state=STATE))
    assert not Path("runs/tiny", RUN_FILE).exists()


def test_other_data_stops_the_training(plugin: MedlongPlugin, recipe: dict):
    recipe["datasets"][0]["path"] = "build/0123456789abcdef/train.jsonl"
    config = DictDefault(recipe)
    plugin.register(config)
    with pytest.raises(ConfigError, match=r"is not mixtures/tiny\.yaml"):
        plugin.load_datasets(config)


def test_another_seed_has_prepared_data_of_its_own(plugin: MedlongPlugin, recipe: dict):
    folders = {_train(plugin, recipe | {"seed": seed}).dataset_prepared_path for seed in (1, 2, 1)}
    assert len(folders) == 2
    assert {folder.rpartition("/")[0] for folder in folders} == {"runs/tiny/prepared"}


def test_the_first_weights_of_an_adapter_follow_the_seed(plugin: MedlongPlugin, recipe: dict):
    import torch

    def drawn(seed: int) -> float:
        torch.rand(seed)
        plugin.pre_lora_load(DictDefault(recipe | {"seed": seed}), model=None)
        return torch.rand(1).item()

    assert drawn(42) == drawn(42) != drawn(43)


def test_merging_takes_the_record_of_former_merged_weights_away(plugin: MedlongPlugin, recipe: dict):
    merged = Path("runs/tiny/merged")
    merged.mkdir(parents=True)
    (merged / RUN_FILE).write_text("{}", encoding="utf-8")
    plugin.register(DictDefault(recipe | {"merge_lora": True}))
    assert not (merged / RUN_FILE).exists()


@pytest.mark.parametrize(("chosen", "still_on"), [(None, False), ("0", True)])
def test_telemetry_is_off_unless_the_user_has_decided(
    plugin: MedlongPlugin, recipe: dict, monkeypatch: pytest.MonkeyPatch, chosen: str | None, still_on: bool
):
    from axolotl.telemetry.manager import TelemetryManager

    manager = TelemetryManager.get_instance()
    monkeypatch.setattr(manager, "enabled", True)
    monkeypatch.delenv("AXOLOTL_DO_NOT_TRACK", raising=False)
    if chosen is not None:
        monkeypatch.setenv("AXOLOTL_DO_NOT_TRACK", chosen)
    plugin.register(DictDefault(recipe))
    assert manager.enabled is still_on
    assert os.environ["AXOLOTL_DO_NOT_TRACK"] == (chosen or "1")
