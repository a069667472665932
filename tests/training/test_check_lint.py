"""What `medlong recipe check` tells beyond Axolotl's schema: each finding where it should be, and nowhere else."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medlong.cli import main
from medlong.training import fit
from medlong.training.check import shared_outputs
from medlong.training.lint import hardware, lengths, places, steps, strategy, window

Recipe = dict[str, Any]


def lines(found: Any) -> list[tuple[str, str]]:
    return [(fault.severity, ".".join(map(str, fault.where))) for fault in found]


# The arithmetic of batches.


def test_steps_follow_from_rows_batch_and_processes() -> None:
    recipe = {"micro_batch_size": 2, "gradient_accumulation_steps": 4, "num_epochs": 3}
    (found,) = steps.faults(recipe, 1000, 2)
    assert found.severity == "note"
    assert "a step takes 16 rows (2 x 4 accumulated x 2 processes)" in found.message
    assert "1,000 rows are 63 steps an epoch, 189 in all" in found.message


def test_a_sequence_that_gpus_share_counts_once() -> None:
    recipe = {"micro_batch_size": 1, "context_parallel_size": 4}
    assert "a step takes 2 rows" in next(steps.faults(recipe, 100, 8)).message


@pytest.mark.parametrize(
    ("change", "field", "severity"),
    [
        ({"max_steps": 10}, "max_steps", "warning"),
        ({"warmup_steps": 100}, "warmup_steps", "warning"),
        ({"save_steps": 101}, "save_steps", "warning"),
        ({"eval_steps": 500}, "eval_steps", "warning"),
    ],
)
def test_keys_that_miss_the_training(change: Recipe, field: str, severity: str) -> None:
    assert lines(steps.faults({"micro_batch_size": 1} | change, 100, 1))[1:] == [(severity, field)]


def test_keys_within_the_training_are_right() -> None:
    recipe = {"micro_batch_size": 1, "max_steps": 100, "warmup_steps": 10, "save_steps": 100, "eval_steps": 50}
    assert len(list(steps.faults(recipe, 100, 1))) == 1


# Positions.


def model(folder: Path, positions: int) -> str:
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"max_position_embeddings": positions}), encoding="utf-8")
    return str(folder)


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        ({"sequence_len": 2048}, []),
        ({"sequence_len": 4096}, [("error", "sequence_len")]),
        ({"sequence_len": 4096, "overrides_of_model_config": {"rope_parameters": {"factor": 2.0}}}, []),
        (
            {"sequence_len": 8192, "overrides_of_model_config": {"rope_parameters": {"factor": 2.0}}},
            [("error", "overrides_of_model_config")],
        ),
        (
            {"sequence_len": 512, "overrides_of_model_config": {"rope_scaling": {"factor": 4}}},
            [("warning", "overrides_of_model_config")],
        ),
    ],
)
def test_a_sequence_lies_in_the_window(tmp_path: Path, recipe: Recipe, expected: list[tuple[str, str]]) -> None:
    assert lines(window.faults({"base_model": model(tmp_path / "m", 2048)} | recipe)) == expected


def test_the_window_of_a_known_name_and_of_none(tmp_path: Path) -> None:
    assert window.window("Qwen/Qwen3-8B") == 40960
    assert window.window("someone/else") is None
    (tmp_path / "config.json").write_text("[", encoding="utf-8")
    assert window.window(str(tmp_path)) is None


# Places and secrets.


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        ({"trust_remote_code": True}, [("warning", "trust_remote_code")]),
        ({"hub_token": "hf_" + "a" * 30}, [("error", "hub_token")]),
        ({"wandb_api_key": "0123456789abcdef0123"}, [("error", "wandb_api_key")]),
        ({"special_tokens": {"pad_token": "<|end_of_text_and_more|>"}}, []),
        ({"revision_of_model": "a" * 40}, []),
        ({"base_model": "m", "output_dir": "m"}, [("error", "output_dir")]),
        ({"base_model": "m", "output_dir": "runs/m"}, []),
        ({"deepspeed": "absent/zero3.json"}, [("error", "deepspeed")]),
        ({"deepspeed": "deepspeed_configs/zero3.json"}, [("warning", "deepspeed")]),
        ({"base_model": "Qwen/Qwen3-8B"}, [("warning", "base_model")]),
        ({"base_model": "Qwen/Qwen3-8B", "revision_of_model": "b" * 40}, []),
    ],
)
def test_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recipe: Recipe, expected: list[tuple[str, str]]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert lines(places.faults(recipe)) == expected


def test_a_secret_is_named_and_not_printed() -> None:
    secret = "hf_" + "x" * 34
    (found,) = places.faults({"datasets": [{"path": "a", "token": secret}]})
    assert found.where == ("datasets", 0, "token")
    assert secret not in found.message


# Hardware.


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        ({"deepspeed": {}, "fsdp_config": {}}, []),
        ({"deepspeed": {"a": 1}, "fsdp_config": {"a": 1}}, [("error", "deepspeed")]),
        ({"load_in_4bit": True}, [("error", "load_in_4bit")]),
        ({"load_in_4bit": True, "adapter": "qlora"}, []),
        ({"adapter": "qlora"}, [("warning", "adapter")]),
        ({"context_parallel_size": 2}, [("error", "context_parallel_size")]),
        ({"context_parallel_size": 2, "attn_implementation": "flash_attention_2"}, []),
        ({"group_by_length": True}, [("warning", "group_by_length")]),
        ({"sequence_len": 16384}, [("warning", "gradient_checkpointing")]),
        ({"sequence_len": 16384, "gradient_checkpointing": True}, []),
    ],
)
def test_keys_that_need_or_exclude_others(recipe: Recipe, expected: list[tuple[str, str]]) -> None:
    assert lines(hardware.faults(recipe, 1, None, has_gpu=True)) == expected


def test_what_needs_a_gpu_is_a_note_where_there_is_none() -> None:
    recipe = {"bf16": True, "attn_implementation": "flash_attention_2", "optimizer": "adamw_8bit"}
    found = list(hardware.faults(recipe, 1, None, has_gpu=False))
    assert {fault.severity for fault in found} == {"note"}
    assert {"bf16", "attn_implementation", "optimizer"} <= {str(fault.where[0]) for fault in found}
    assert list(hardware.faults(recipe, 1, None, has_gpu=True)) == []


def test_too_little_memory_is_an_error_only_where_it_is_said_how_much_there_is() -> None:
    recipe = {"base_model": "Qwen/Qwen3-8B", "bf16": True, "micro_batch_size": 1, "sequence_len": 4096}
    assert lines(hardware.faults(recipe, 1, 24.0, has_gpu=True)) == [("error", "base_model")]
    assert lines(hardware.faults(recipe, 1, None, has_gpu=True)) == [("note", "base_model")]
    assert lines(hardware.faults(recipe, 1, 1000.0, has_gpu=True)) == [("note", "base_model")]


# Types of datasets and their fields.


@pytest.mark.parametrize(
    "name", ["chat_template", "alpaca", "alpaca:chat", "completion", "input_output", "alpaca_chat.load_qa"]
)
def test_types_of_axolotl_resolve(name: str) -> None:
    pytest.importorskip("axolotl")
    assert strategy.resolves(name)


@pytest.mark.parametrize(
    "name", ["chat_templat", "sharegpt", "alpaca_chat:load_qa", "chat_template.load_nothing", "a b", ""]
)
def test_other_types_do_not(name: str) -> None:
    pytest.importorskip("axolotl")
    assert not strategy.resolves(name)
    (found,) = strategy.faults({"datasets": [{"path": "x", "type": name}]})
    assert found.where == ("datasets", 0, "type")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"messages": [{"role": "user", "content": "a"}]}, None),
        ({"messages": [{"from": "human", "value": "a"}]}, None),
        ({"conversations": []}, "line 1 of rows.jsonl has no 'messages'; it has 'conversations'"),
        ({"messages": []}, "is no list of turns, or empty"),
        ({"messages": [{"role": "user", "text": "a"}]}, "a turn has no 'content'"),
    ],
)
def test_fields_are_looked_for_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: Recipe, told: str | None
) -> None:
    pytest.importorskip("axolotl")
    monkeypatch.chdir(tmp_path)
    Path("rows.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    found = list(strategy.faults({"datasets": [{"path": "rows.jsonl", "type": "chat_template"}]}))
    assert [told in fault.message for fault in found] == ([] if told is None else [True])


# Lengths.


def built(folder: Path, rows: list[tuple[str, int]]) -> Path:
    """A mixture of rows of so many words, as a build leaves it."""
    folder.mkdir(parents=True)
    with (folder / "train.jsonl").open("w") as train, (folder / "index.jsonl").open("w") as index:
        for component, words in rows:
            turns = [{"role": "user", "content": "drug " * words}, {"role": "assistant", "content": "yes"}]
            train.write(json.dumps({"messages": turns}) + "\n")
            index.write(json.dumps({"component": component}) + "\n")
    return folder


def test_rows_that_do_not_fit_are_counted_by_component(tmp_path: Path, tiny_model: Path) -> None:
    folder = built(tmp_path / "build" / "x", [("general", 5), ("general", 6), ("medical", 5), ("medical", 400)])
    recipe: Recipe = {
        "base_model": str(tiny_model),
        "datasets": [{"path": str(folder / "train.jsonl"), "type": "chat_template"}],
        "sequence_len": 128,
    }
    found = fit.fits(recipe, folder)
    assert found is not None
    assert [(each.component, each.rows, each.over) for each in found] == [("general", 2, 0), ("medical", 2, 1)]
    longest = fit.needed(found)
    assert longest > 128
    for strategy_, severity in ((None, "error"), ("drop", "error"), ("raise", "error"), ("truncate", "warning")):
        (fault,) = lengths.faults(recipe | {"excess_length_strategy": strategy_}, folder)
        assert (fault.severity, fault.where) == (severity, ("sequence_len",))
        assert "1 of 2 medical rows" in fault.message
        assert f"a sequence_len of {longest:,} holds every row" in fault.message
    (dropped,) = lengths.faults(recipe, folder)
    assert "general 50.0% -> 66.7%, medical 50.0% -> 33.3%" in dropped.message
    assert list(lengths.faults(recipe | {"sequence_len": longest}, folder)) == []
    assert lines(lengths.faults(recipe | {"sequence_len": longest - 1}, folder)) == [("error", "sequence_len")]


def test_a_tokenizer_that_is_not_here_is_said(tmp_path: Path) -> None:
    folder = built(tmp_path / "x", [("general", 5)])
    recipe = {"base_model": "nobody/nothing", "datasets": [{"path": "x", "type": "chat_template"}]}
    assert lines(lengths.faults(recipe, folder)) == [("note", "datasets.0.type")]


# The command.


def test_two_recipes_that_write_into_one_folder() -> None:
    paths = {Path("a.yaml"): "runs/x", Path("b.yaml"): "runs/./x", Path("c.yaml"): None, Path("d.yaml"): "runs/y"}
    (told,) = shared_outputs(paths)
    assert told.startswith("b.yaml: output_dir: runs/./x is that of a.yaml too")


def test_json_has_every_finding_and_strict_fails_for_warnings(
    recipe: Recipe, write_recipe: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("axolotl")
    path = str(write_recipe(recipe | {"group_by_length": True}))
    assert main(["recipe", "check", "--json", path]) == 0
    found = json.loads(capsys.readouterr().out)["files"][path]
    assert [each["field"] for each in found if each["severity"] == "warning"] == ["group_by_length"]
    assert main(["recipe", "check", "--strict", path]) == 2
    assert "warning: group_by_length" in capsys.readouterr().err


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 10**9), st.text(max_size=8), st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2), st.floats(allow_nan=False),
)  # fmt: skip


OTHER_KEYS = (
    "rope_scaling", "overrides_of_model_config", "deepspeed", "fsdp_config", "warmup_steps", "rl", "group_by_length",
    "context_parallel_size", "optimizer", "tokenizer_config", "attn_implementation",
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_value_of_any_key_ends_the_lint_with_a_traceback(recipe: Recipe, data: st.DataObject) -> None:
    pytest.importorskip("axolotl")
    keys = (*recipe, *OTHER_KEYS)
    changed = recipe | data.draw(st.dictionaries(st.sampled_from(keys), VALUES, max_size=4))
    for found in (
        strategy.faults(changed), window.faults(changed), places.faults(changed), lengths.faults(changed, None),
        steps.faults(changed, 10, 2), hardware.faults(changed, 2, 10.0, has_gpu=False),
    ):  # fmt: skip
        assert all(fault.message for fault in found)


@pytest.mark.parametrize(
    "text", ["a: [", "- 1\n", "base_model: x\nbase_model: y\n", "datasets: 3\n", "? [1]\n: 2\n", "1: 2\n"]
)
def test_no_file_ends_the_check_with_a_traceback(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("axolotl")
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    if main(["recipe", "check", str(path)]) == 2:
        assert str(path) in capsys.readouterr().err
