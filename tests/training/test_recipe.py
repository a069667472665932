"""A run's id follows what can move a weight, and nothing else."""

from copy import deepcopy
from pathlib import Path

import pytest

from medlong.errors import ConfigError
from medlong.training.recipe import base_model_id, mixture_file, named_id, run_id


def _id(recipe: dict) -> str:
    return run_id(recipe, "0123456789abcdef", "base")


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"output_dir": "other"},
        {"dataset_prepared_path": "other"},
        {"base_model": "moved/tiny"},
        {"medlong_mixture": "moved/tiny.yaml"},
        {"axolotl_config_path": "moved.yaml"},
        {"logging_steps": 9, "use_tensorboard": True, "wandb_project": "x", "use_wandb": True, "mlflow_run_name": "x"},
        {"debug": False, "debug_num_examples": 0, "shard": False},
    ],
)
def test_run_id_ignores_where_things_lie_and_how_it_was_launched(recipe: dict, elsewhere: dict):
    assert _id(recipe | elsewhere) == _id(recipe)


def test_run_id_ignores_the_data_path_since_the_mixture_id_says_it(recipe: dict):
    moved = deepcopy(recipe)
    moved["datasets"][0]["path"] = "elsewhere/train.jsonl"
    assert _id(moved) == _id(recipe)
    assert run_id(recipe, "f" * 16, "base") != _id(recipe)


@pytest.mark.parametrize(
    "change", [{"seed": 43}, {"learning_rate": 0.01}, {"max_steps": 9}, {"lora_r": 4}, {"sequence_len": 128}]
)
def test_run_id_changes_with_a_setting(recipe: dict, change: dict):
    assert _id(recipe | change) != _id(recipe)


def test_run_id_changes_with_a_setting_of_the_dataset_and_with_the_base_model(recipe: dict):
    other = deepcopy(recipe)
    other["datasets"][0]["train_on_eos"] = "all"
    assert _id(other) != _id(recipe)
    assert run_id(recipe, "0123456789abcdef", "other base") != _id(recipe)


def test_a_base_model_folder_is_known_by_its_content(tmp_path: Path):
    one, copy, other = tmp_path / "one", tmp_path / "copy", tmp_path / "other"
    for folder, weights in ((one, b"a" * 300_000), (copy, b"a" * 300_000), (other, b"a" * 150_000 + b"b" * 150_000)):
        folder.mkdir()
        (folder / "config.json").write_text("{}", encoding="utf-8")
        (folder / "model.safetensors").write_bytes(weights)
    assert base_model_id(str(one)) == base_model_id(str(copy)) != base_model_id(str(other))


def test_a_hub_name_is_known_by_name_and_revision():
    assert base_model_id("org/model", "abc") == "org/model@abc"
    assert base_model_id("org/model") == "org/model@unstated"


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("build/0123456789abcdef/train.jsonl", "0123456789abcdef"),
        ("build/0123456789abcde/train.jsonl", None),
        ("build/0123456789abcdeg/train.jsonl", None),
        ("train.jsonl", None),
    ],
)
def test_a_data_path_names_a_mixture_by_sixteen_hex_digits(path: str, found: str | None):
    assert named_id(path) == found


def test_a_mixture_file_that_is_nowhere_is_named(place: Path):
    assert mixture_file("mixtures/tiny.yaml") == Path("mixtures/tiny.yaml")
    assert mixture_file("mixtures/tiny.yaml#one") == Path("mixtures/tiny.yaml#one")
    with pytest.raises(ConfigError, match=r"no mixture file mixtures/tinny\.yaml"):
        mixture_file("mixtures/tinny.yaml")


def test_a_shipped_mixture_is_found_by_its_exact_place_alone(place: Path):
    assert mixture_file("mixtures/half_general.yaml").name == "half_general.yaml"
    for typed in ("mixtures/clinic/half_general.yaml", "clinic/mixtures/half_general.yaml", "half_general.yaml"):
        with pytest.raises(ConfigError, match=rf"no mixture file {typed}; .*did you mean 'mixtures/half_general.yaml'"):
            mixture_file(typed)


def test_run_id_changes_with_the_number_of_processes(recipe: dict):
    assert run_id(recipe, "0123456789abcdef", "base", 2) != _id(recipe)
