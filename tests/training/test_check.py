"""`medlong recipe check` tells everything that Axolotl would swallow, with line and remedy."""

import sys
from pathlib import Path

import pytest

from medlong.cli import main
from medlong.errors import ConfigError, MissingPackageError
from medlong.training import check, schema

pytest.importorskip("axolotl")


def test_a_right_recipe_is_ok(recipe: dict, write_recipe, capsys: pytest.CaptureFixture[str]):
    assert main(["recipe", "check", str(write_recipe(recipe))]) == 0
    assert capsys.readouterr().out.startswith("recipe.yaml: ok\n")


@pytest.mark.parametrize(
    ("change", "where", "message"),
    [
        ({"sequence_length": 256}, "sequence_length", "did you mean 'sequence_len'"),
        ({"fsdp_config": {"reshard_after_fwd": True}}, "fsdp_config.reshard_after_fwd", "unknown key"),
        ({"lora_r": "many"}, "lora_r", "valid integer, unable to parse string as an integer, got 'many'"),
        ({"seed": None}, "seed", "add: seed: 42"),
        ({"excess_length_strategy": "drop"}, "excess_length_strategy", "rows longer than sequence_len vanish"),
        ({"excess_length_strategy": None}, "excess_length_strategy", "not set: rows longer"),
        ({"val_set_size": 0.05}, "val_set_size", "write 0"),
        ({"val_set_size": "0.1"}, "val_set_size", "write 0"),
        ({"num_epochs": 0.5, "max_steps": None}, "num_epochs", "some rows are never seen"),
        ({"dataset_prepared_path": None}, "dataset_prepared_path", "all runs share last_run_prepared"),
        ({"medlong_mixture": "mixtures/absent.yaml"}, "medlong_mixture", "no mixture file mixtures/absent.yaml"),
        ({"plugins": ["medlong.training.plugin.Medlong"]}, "plugins[0]", "cannot be loaded"),
    ],
)
def test_one_fault_gives_one_finding(recipe: dict, write_recipe, change: dict, where: str, message: str):
    found = check.problems(write_recipe(recipe | change))
    named = [line for line in found if line.partition(": ")[2].startswith(f"{where}: ")]
    assert len(named) == 1
    assert message in named[0]
    assert len(found) == (2 if where.startswith("plugins") else 1)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("weight", 0.5, "put shares in a mixture file"),
        ("filed_messages", "messages", "did you mean 'field_messages'"),
        ("path", "build/0123456789abcdef/train.jsonl", "is not mixtures/tiny.yaml"),
    ],
)
def test_a_fault_in_a_dataset_is_at_its_line(recipe: dict, write_recipe, key: str, value: object, message: str):
    recipe["datasets"][0][key] = value
    path = write_recipe(recipe)
    (found,) = check.problems(path)
    line = next(n for n, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if f"{key}:" in text)
    assert found.startswith(f"line {line}: datasets[0].{key}: ")
    assert message in found


@pytest.mark.parametrize(("datasets", "where"), [("foo", "datasets"), (["foo"], "datasets[0]")])
def test_datasets_of_another_shape_are_named(recipe: dict, write_recipe, datasets: object, where: str):
    del recipe["medlong_mixture"]
    (found,) = check.problems(write_recipe(recipe | {"datasets": datasets}))
    assert f"{where}: expected a" in found
    assert "got 'foo'" in found


def test_fewer_epochs_than_one_are_right_when_the_steps_are_given(recipe: dict, write_recipe):
    assert check.problems(write_recipe(recipe | {"num_epochs": 0.5})) == []


def test_all_faults_of_all_files_come_at_once(recipe: dict, write_recipe, capsys: pytest.CaptureFixture[str]):
    first = write_recipe(recipe | {"sequence_length": 1, "val_set_size": 0.5}, "first.yaml")
    second = write_recipe(recipe | {"seed": None}, "second.yaml")
    assert main(["recipe", "check", str(first), str(second)]) == 2
    told = capsys.readouterr().err
    assert "first.yaml: 2 problems" in told
    assert "second.yaml: 1 problem\n" in told


def test_a_recipe_without_the_plugin_does_not_know_its_key(recipe: dict, write_recipe):
    check.problems(write_recipe(recipe))
    del recipe["plugins"]
    (found,) = check.problems(write_recipe(recipe))
    assert "medlong_mixture: unknown key" in found


def test_a_file_that_is_no_recipe_is_refused(place: Path):
    Path("list.yaml").write_text("- seed\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="expected a mapping"):
        check.problems(Path("list.yaml"))


def test_without_axolotl_the_way_to_get_it_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(schema, "find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match=r"pip install 'medlong\[train\]'"):
        schema.need_axolotl()


def test_other_modules_do_not_import_axolotl():
    for name in ("recipe", "data", "render", "check", "schema", "provenance", "command", "plugin_args"):
        assert not [line for line in _top_level_imports(name) if "axolotl" in line or "torch" in line], name


def _top_level_imports(name: str) -> list[str]:
    module = sys.modules.get(f"medlong.training.{name}") or __import__(f"medlong.training.{name}", fromlist=["_"])
    lines = Path(str(module.__file__)).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith(("import ", "from "))]
