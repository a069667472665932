"""Soups of tiny random models, against arithmetic by hand."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from safetensors.torch import load_file, save_file  # noqa: E402

from medlong.cli import main  # noqa: E402
from medlong.errors import ConfigError  # noqa: E402
from medlong.soup import soup as cooking  # noqa: E402
from medlong.soup.soup import soup  # noqa: E402
from medlong.soup.weights import recipe  # noqa: E402

SHAPE = {
    "vocab_size": 97,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}


@pytest.fixture
def model(tmp_path: Path) -> Callable[..., Path]:
    """Write a random model of four layers and return its folder."""

    def write(name: str, seed: int, kind: str = "Llama", dtype: Any = torch.bfloat16, **changes: Any) -> Path:
        torch.manual_seed(seed)
        shard = changes.pop("max_shard_size", "5GB")
        config = getattr(transformers, f"{kind}Config")(**(SHAPE | changes))
        made = getattr(transformers, f"{kind}ForCausalLM")(config).to(dtype)
        made.save_pretrained(tmp_path / name, max_shard_size=shard)
        return tmp_path / name

    return write


def tensors(folder: Path) -> dict[str, Any]:
    return {name: tensor for file in sorted(folder.glob("*.safetensors")) for name, tensor in load_file(file).items()}


def cook(folders: list[Path], out: Path, **typed: Any) -> dict[str, Any]:
    more = {key: typed.pop(key) for key in ("tokenizer", "shard") if key in typed}
    names = ("weights", "tuned", "layers", "any_sum")
    weights = recipe(len(folders), **({"weights": None, "tuned": None, "layers": None} | typed))
    assert set(typed) <= set(names)
    for _ in soup(folders, weights, out, **more):
        pass
    return tensors(out)


def test_the_average_is_that_of_32_bit_numbers_in_the_kind_of_the_base(model, tmp_path):
    base, tuned = model("base", 0), model("tuned", 1)
    found = cook([base, tuned], tmp_path / "soup", tuned="0.3")
    a, b = tensors(base), tensors(tuned)
    assert found.keys() == a.keys()
    for name, tensor in found.items():
        assert torch.equal(tensor, (a[name].float() * 0.7 + b[name].float() * 0.3).to(torch.bfloat16)), name
    loaded = transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "soup")
    assert loaded(torch.tensor([[1, 2, 3]])).logits.isfinite().all()


@pytest.mark.parametrize(("tuned", "which"), [("0", "base"), ("1", "tuned")])
def test_a_weight_of_0_or_1_gives_the_very_numbers_of_one_model(model, tmp_path, tuned, which):
    folders = {"base": model("base", 0), "tuned": model("tuned", 1)}
    found, wanted = cook(list(folders.values()), tmp_path / "soup", tuned=tuned), tensors(folders[which])
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


def test_layers_have_weights_of_their_own(model, tmp_path):
    base, tuned = model("base", 0, dtype=torch.float32), model("tuned", 1, dtype=torch.float32)
    found = cook([base, tuned], tmp_path / "soup", tuned="0.5", layers="0-1:0,3:1,embed:0,head:1")
    a, b = tensors(base), tensors(tuned)
    wanted = {"layers.0.": a, "layers.1.": a, "layers.3.": b, "embed_tokens": a, "lm_head": b, "model.norm": b}
    for name, tensor in found.items():
        part = next((part for part in wanted if part in name), None)
        assert torch.equal(tensor, wanted[part][name] if part else (a[name] + b[name]) / 2), name


def test_several_trainings_and_task_arithmetic(model, tmp_path):
    folders = [model(name, seed, dtype=torch.float32) for seed, name in enumerate("abc")]
    a, b, c = map(tensors, folders)
    mean = cook(folders, tmp_path / "mean")
    assert all(torch.allclose(mean[name], (a[name] + b[name] + c[name]) / 3) for name in a)
    added = cook(folders, tmp_path / "added", weights="-1,1,1", any_sum=True)
    assert all(torch.allclose(added[name], b[name] + c[name] - a[name]) for name in a)


def test_files_of_any_number_give_the_same_numbers(model, tmp_path):
    single, tuned = model("single", 0), model("tuned", 1)
    parts = model("parts", 0, max_shard_size="20kB")
    assert len(list(parts.glob("*.safetensors"))) > 2
    whole = cook([single, tuned], tmp_path / "whole")
    cut = cook([parts, tuned], tmp_path / "cut", shard=20_000)
    assert all(torch.equal(cut[name], whole[name]) for name in whole)
    assert len(list((tmp_path / "cut").glob("*.safetensors"))) > 2
    index = json.loads((tmp_path / "cut" / "model.safetensors.index.json").read_text())
    assert set(index["weight_map"]) == set(whole)
    transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "cut")


def test_the_same_soup_has_the_same_bytes(model, tmp_path):
    base, tuned = model("base", 0), model("tuned", 1)
    for name in ("one", "two"):
        cook([base, tuned], tmp_path / name)
    files = [{path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two")]
    assert files[0] == files[1]
    assert {"config.json", "model.safetensors", "medlong_run.json"} <= files[0].keys()


def test_the_record_names_parents_weights_and_mixture_and_no_path(model, tmp_path):
    base, tuned = model("base", 0), model("tuned", 1)
    trained = {"medlong_run": 1, "run_id": "run1", "base_model": "base", "mixture": "half", "mixture_id": "0123"}
    (tuned / "medlong_run.json").write_text(json.dumps(trained))
    (tuned / "mixture").mkdir()
    (tuned / "mixture" / "manifest.json").write_text("{}")
    cook([base, tuned], tmp_path / "soup", tuned="1/4")
    text = (tmp_path / "soup" / "medlong_run.json").read_text()
    record = json.loads(text)
    assert record["soup"]["models"][1] == "run1"
    assert record["soup"]["weights"] == ["3/4", "1/4"]
    assert (record["mixture"], record["mixture_id"]) == ("half", "0123")
    assert str(tmp_path) not in text
    assert (tmp_path / "soup" / "mixture" / "manifest.json").read_text() == "{}"
    cook([base, tuned], tmp_path / "other", tuned="1/2")
    assert json.loads((tmp_path / "other" / "medlong_run.json").read_text())["run_id"] != record["run_id"]

    from medlong.compare.records import RunRecord

    assert RunRecord.model_validate_json(text).run_id == record["run_id"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"num_hidden_layers": 3}, "layers.3.input_layernorm.weight: 32 in .*base, missing in .*tuned"),
        ({"vocab_size": 98}, "lm_head.weight: 97x32 in .*base, 98x32 in .*tuned"),
        ({"kind": "Qwen3"}, "model_type: 'llama' in .*base, 'qwen3' in .*tuned"),
    ],
)
def test_models_of_another_shape_are_refused_with_every_difference(model, tmp_path, changes, told):
    base, tuned = model("base", 0), model("tuned", 1, **changes)
    with pytest.raises(ConfigError, match=told):
        cook([base, tuned], tmp_path / "soup")
    assert not (tmp_path / "soup").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--weights", "0.5"], "--weights has 1 numbers for 2 models"),
        (["--weights", "0.5,0.6"], "--weights sum to 1.1, not 1; if that is meant: --allow-any-sum"),
        (["--tuned", "half"], "a weight is a number such as 0.5 or 1/3, got 'half'"),
        (["--layers", "0-9:0.5"], "--layers: 0-9: the models have layers 0 to 3"),
        (["--layers", "0-2:0.5,1:0"], "--layers: '1' is there twice"),
        (["--layers", "tail:0.5"], "--layers: expected 0-11:0.2, 5:0.5, embed:0 or head:1, got 'tail:0.5'"),
        (["--layers", "2-1:0.5"], "--layers: '2-1' ends before it begins"),
        (["--tuned", "0.5", "--weights", "0.5,0.5"], "--tuned and --layers are for a base and one tuned model"),
        (["--out", "tuned"], "is one of the models; give the soup a folder of its own"),
    ],
)
def test_what_cannot_be_is_one_line(model, tmp_path, monkeypatch, capsys, arguments, told):
    model("base", 0)
    model("tuned", 1)
    monkeypatch.chdir(tmp_path)
    assert main(["soup", "base", "tuned", "--out", "soup", *arguments]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert "Traceback" not in error
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base", "tuned"]


def test_folders_that_are_no_models_are_told_apart(model, tmp_path, capsys):
    base = model("base", 0)
    for name in ("adapter", "empty", "pickled", "quantised", "cut"):
        (tmp_path / name).mkdir()
    (tmp_path / "adapter" / "adapter_config.json").write_text("{}")
    for name in ("pickled", "quantised", "cut"):
        shutil.copy(base / "config.json", tmp_path / name)
    (tmp_path / "pickled" / "pytorch_model.bin").write_bytes(b"x")
    (tmp_path / "quantised" / "config.json").write_text('{"quantization_config": {"bits": 4}}')
    (tmp_path / "cut" / "model.safetensors").write_bytes((base / "model.safetensors").read_bytes()[:-100])
    told = {
        "absent": "no such folder",
        "adapter": "axolotl merge-lora",
        "empty": "has no config.json",
        "pickled": "load it with transformers and save it again",
        "quantised": "is quantised",
        "cut": "is cut off",
    }
    for name, words in told.items():
        assert main(["soup", str(base), str(tmp_path / name), "--out", str(tmp_path / "soup")]) == 2
        assert words in capsys.readouterr().err


def test_other_words_ask_whose_are_right(model, tmp_path, capsys):
    base, tuned = model("base", 0), model("tuned", 1)
    for folder, word in ((base, "a"), (tuned, "b")):
        (folder / "tokenizer.json").write_text(json.dumps({"model": {"vocab": {word: 0}}, "added_tokens": []}))
    command = ["soup", str(base), str(tuned), "--out", str(tmp_path / "soup")]
    assert main(command) == 2
    assert "--tokenizer-from" in capsys.readouterr().err
    assert main([*command, "--tokenizer-from", "tuned"]) == 0
    assert (tmp_path / "soup" / "tokenizer.json").read_text() == (tuned / "tokenizer.json").read_text()


def test_whole_numbers_that_differ_have_no_average(model, tmp_path):
    base, tuned = model("base", 0), model("tuned", 1)
    for n, folder in enumerate((base, tuned)):
        file = folder / "model.safetensors"
        save_file({**load_file(file), "steps": torch.tensor([n])}, file, metadata={"format": "pt"})
    with pytest.raises(ConfigError, match="steps: is of whole numbers and differs"):
        cook([base, tuned], tmp_path / "soup")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base", "tuned"]


def test_an_interruption_leaves_nothing(model, tmp_path, monkeypatch):
    base, tuned = model("base", 0), model("tuned", 1)

    def stop(*_: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(cooking, "record", stop)
    with pytest.raises(KeyboardInterrupt):
        cook([base, tuned], tmp_path / "soup")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base", "tuned"]


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("Llama", ["--tuned", "0.3"]),
        ("Llama", ["--layers", "0-1:0.2,3:0.9,embed:0,head:1"]),
        ("Qwen2", ["--layers", "1-2:0.75,head:0.25", "--tuned", "0.5"]),
    ],
)
def test_mergekit_is_told_the_same_weights(
    model: Callable[..., Path], tmp_path: Path, kind: str, typed: list[str]
) -> None:
    base, tuned = model("base", 1, kind), model("tuned", 2, kind)
    file = tmp_path / "merge.yaml"
    assert main(["soup", str(base), str(tuned), "--out", str(tmp_path / "out"), "--mergekit", str(file), *typed]) == 0
    told = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert (told["merge_method"], told["parameters"], told["out_dtype"]) == ("linear", {"normalize": False}, "bfloat16")
    assert [each["model"] for each in told["models"]] == [str(base), str(tuned)]
    first, second, made = tensors(base), tensors(tuned), tensors(tmp_path / "out")
    for name, tensor in made.items():
        weights = [_first_match(each["parameters"]["weight"], name) for each in told["models"]]
        expected = weights[0] * first[name].float() + weights[1] * second[name].float()
        assert torch.allclose(expected.to(tensor.dtype), tensor, atol=1e-6), name


def _first_match(weight: Any, name: str) -> float:
    """The weight of a tensor as mergekit reads it: that of the first filter that is part of the name."""
    if isinstance(weight, float):
        return weight
    return next(each["value"] for each in weight if each.get("filter", "") in name)
