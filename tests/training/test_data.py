"""A recipe trains on the mixture it names, whole and as it is now, or not at all."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from medlong.errors import ConfigError
from medlong.mixing import plan
from medlong.training import data


def _messages(recipe: dict) -> list[str]:
    return [fault.message for fault in data.faults(recipe)]


def test_a_right_recipe_has_no_fault_and_its_mixture_is_built(recipe: dict, tiny_id: str):
    assert data.faults(recipe) == []
    assert data.provide(recipe) == tiny_id
    assert len(Path(f"build/{tiny_id}/train.jsonl").read_text(encoding="utf-8").splitlines()) == 24


def test_an_altered_training_file_is_built_again(recipe: dict, tiny_id: str):
    data.provide(recipe)
    file = Path(f"build/{tiny_id}/train.jsonl")
    right = file.read_bytes()
    file.write_bytes(right[:-20])
    data.provide(recipe)
    assert file.read_bytes() == right


def test_processes_that_start_at_once_do_not_disturb_each_other(recipe: dict, tiny_id: str):
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(data.provide, [recipe] * 4)) == [tiny_id] * 4


def test_another_mixture_id_is_told_with_the_right_one(recipe: dict, tiny_id: str):
    recipe["datasets"][0]["path"] = "build/0123456789abcdef/train.jsonl"
    (message,) = _messages(recipe)
    assert "0123456789abcdef" in message
    assert f"write build/{tiny_id}/train.jsonl" in message
    with pytest.raises(ConfigError, match=tiny_id):
        data.provide(recipe)
    assert not Path("build").exists()


def test_sources_are_read_once_for_the_id_and_the_rows(recipe: dict, monkeypatch: pytest.MonkeyPatch):
    calls = []
    survey = plan.survey_all
    monkeypatch.setattr(plan, "survey_all", lambda *a, **k: calls.append(a) or survey(*a, **k))
    data.provide(recipe)
    assert len(calls) == 1


def test_a_mixture_that_was_edited_is_another_mixture(recipe: dict, place: Path):
    mixture = place / "mixtures/tiny.yaml"
    mixture.write_text(mixture.read_text(encoding="utf-8").replace("total: 24", "total: 20"), encoding="utf-8")
    (message,) = _messages(recipe)
    assert "is not mixtures/tiny.yaml" in message


@pytest.mark.parametrize(("key", "value"), [("split", "train[:50%]"), ("shards", 2)])
def test_a_part_of_a_mixture_is_not_the_mixture(recipe: dict, key: str, value: object):
    recipe["datasets"][0][key] = value
    (fault,) = data.faults(recipe)
    assert fault.where == ("datasets", 0, key)
    assert "takes a part of the mixture" in fault.message


def test_a_second_dataset_is_not_the_mixture(recipe: dict):
    recipe["datasets"].append({"path": "more.jsonl", "type": "chat_template"})
    (message,) = _messages(recipe)
    assert "exactly one dataset" in message
    assert "found 2" in message


def test_a_mixture_file_that_is_not_there_is_one_fault(recipe: dict):
    recipe["medlong_mixture"] = "mixtures/absent.yaml"
    (fault,) = data.faults(recipe)
    assert fault.where == ("medlong_mixture",)


def test_without_a_mixture_local_files_must_exist_and_hub_names_are_left_alone(recipe: dict):
    del recipe["medlong_mixture"]
    recipe["datasets"] = [{"path": "org/data"}, {"path": "absent.jsonl"}, {"path": "s3://bucket/rows.jsonl"}]
    (fault,) = data.faults(recipe)
    assert fault.where == ("datasets", 1, "path")
    assert "no such file: absent.jsonl" in fault.message


def test_an_id_to_come_is_that_of_the_mixture_as_it_is(recipe: dict, tiny_id: str, place: Path):
    recipe["datasets"][0]["path"] = "build/{mixture_id}/train.jsonl"
    assert data.faults(recipe) == []
    assert data.provide(recipe) == tiny_id
    assert Path(f"build/{tiny_id}/train.jsonl").is_file()
    mixture = place / "mixtures/tiny.yaml"
    mixture.write_text(mixture.read_text(encoding="utf-8").replace("total: 24", "total: 20"), encoding="utf-8")
    other = data.provide(recipe)
    assert other != tiny_id
    assert len(Path(f"build/{other}/train.jsonl").read_text(encoding="utf-8").splitlines()) == 20
    assert not Path("build/{mixture_id}").exists()


def test_an_id_to_come_needs_the_file_that_is_built(recipe: dict):
    recipe["datasets"][0]["path"] = "build/{mixture_id}/rows.jsonl"
    (message,) = _messages(recipe)
    assert "is not mixtures/tiny.yaml" in message
