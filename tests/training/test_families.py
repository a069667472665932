"""Families follow from the shared groups of keys, and what is said of a model is what its architecture has."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from medlong import catalog
from medlong.errors import ConfigError
from medlong.training import families, render, shared
from medlong.training.data import ID_TO_COME
from medlong.training.memory import estimate, processes

MODELS = shared.parts().models
MARK = "# Rendered."
GRID = "{models: [qwen3_8b], methods: [lora, full], lengths: [4096], sections: [liger], mixtures: [m.yaml], gpus: 8}"


@pytest.fixture
def family(tmp_path: Path) -> Path:
    path = tmp_path / "qwen3" / families.FAMILY
    path.parent.mkdir()
    return path


def _written(path: Path, *grids: str) -> dict[str, dict]:
    path.write_text("medlong_family: 1\ngrids:\n" + "".join(f"  - {grid}\n" for grid in grids), encoding="utf-8")
    return {file.stem: yaml.safe_load(text) for file, text in families.rendered(path, MARK).items()}


def test_a_grid_is_one_complete_recipe_for_each_combination(family: Path):
    found = _written(family, GRID.replace("[liger]", "[liger, fsdp2]"))
    assert list(found) == ["8b_lora_4k_fsdp2_8gpu", "8b_full_4k_fsdp2_8gpu"]
    lora, full = found.values()
    assert lora["plugins"] == ["medlong.training.plugin.MedlongPlugin", "axolotl.integrations.liger.LigerPlugin"]
    assert lora["datasets"][0]["path"] == f"build/{ID_TO_COME}/train.jsonl"
    assert (lora["adapter"], lora["lora_target_linear"], lora["sequence_len"]) == ("lora", True, 4096)
    assert "adapter" not in full
    assert full["fsdp_config"]["transformer_layer_cls_to_wrap"] == "Qwen3DecoderLayer"
    assert len({recipe["output_dir"] for recipe in found.values()}) == 2


def test_context_parallel_recipes_divide_their_gpus(family: Path):
    grid = GRID.replace("[liger]", "[fsdp2, context_parallel]").replace("4096", "32768").replace("8}", "8, cp: 4}")
    recipe = _written(family, grid)["8b_lora_32k_fsdp2_cp4_8gpu"]
    assert (recipe["dp_shard_size"], recipe["context_parallel_size"], processes(recipe)) == (2, 4, 8)
    assert recipe["micro_batch_size"] == 1  # ring-flash-attn packs one sequence


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("qwen3_8b", "qwen3_9b", "no model named 'qwen3_9b'; did you mean 'qwen3_8b'"),
        ("[liger]", "[ligar]", "no group of keys named 'ligar'; did you mean 'liger'"),
        ("4096", "65536", "Qwen3-8B has 40960 positions; .* asks for 65536"),
        ("[lora, full]", "[lora, lora]", "two recipes are named 8b_lora_4k_8gpu"),
        (
            GRID.partition(", sections")[0],
            "{models: [qwen3_14b], methods: [full], lengths: [32768]",
            r"needs 1\d\d GiB on each GPU, which none has; give it more GPUs",
        ),
        ("[lora, full]", "[dora]", "Input should be 'lora', 'qlora' or 'full'"),
    ],
)
def test_a_fault_in_a_family_is_named(family: Path, old: str, new: str, message: str):
    with pytest.raises(ConfigError, match=message):
        _written(family, GRID.replace(old, new))


def test_a_model_without_a_commit_says_so(family: Path, monkeypatch: pytest.MonkeyPatch):
    known = shared.parts()
    unpinned = known.models["qwen3_8b"].model_copy(update={"revision": None})
    monkeypatch.setattr(families, "parts", lambda: known._replace(models={"qwen3_8b": unpinned}))
    family.write_text(f"medlong_family: 1\ngrids:\n  - {GRID.replace(', full', '')}\n", encoding="utf-8")
    (text,) = families.rendered(family, MARK).values()
    assert "revision_of_model:" not in text
    assert "`main` is loaded, which moves" in text


def _shipped() -> Iterator[tuple[str, dict]]:
    for path in render.recipes():
        text = path.read_text(encoding="utf-8")
        if f"Rendered from {families.FAMILY}" in text:
            yield text, yaml.safe_load(text)


def test_shipped_recipes_pin_their_model_and_tell_the_memory_they_need():
    by_hub = {model.hub: model for model in MODELS.values()}
    seen = 0
    for text, recipe in _shipped():
        model = by_hub[recipe["base_model"]]
        assert recipe["revision_of_model"] == model.revision
        gpus = 8 if "deepspeed" in recipe else processes(recipe)
        total = estimate(recipe, model.shape.facts(), gpus).total
        assert f"about {total:.0f} GiB on each GPU" in text
        seen += 1
    assert seen > 100


def test_all_that_was_promised_is_there():
    found = {(recipe["base_model"], recipe.get("adapter", "full")) for _, recipe in _shipped()}
    assert {hub for hub, _ in found} == {model.hub for model in MODELS.values()}
    assert {method for _, method in found} == {"lora", "qlora", "full"}
    assert {recipe["sequence_len"] for _, recipe in _shipped()} == {1024 * k for k in (2, 4, 8, 16, 32, 64)}
    keys = {key for _, recipe in _shipped() for key in recipe}
    assert keys >= {"fsdp_version", "deepspeed", "context_parallel_size", "use_ray", "dp_replicate_size"}
    for _, recipe in _shipped():
        assert (recipe["sequence_len"] >= 32768) == ("context_parallel_size" in recipe)


@pytest.mark.parametrize("key", MODELS)
def test_a_model_has_the_parameters_and_layers_of_its_architecture(key: str):
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    model = MODELS[key]
    shape = model.shape
    sizes = {
        "num_hidden_layers": shape.layers,
        "hidden_size": shape.hidden,
        "intermediate_size": shape.intermediate,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head_dim,
        "vocab_size": shape.vocab,
        "tie_word_embeddings": shape.tied,
    }
    if model.type == "gemma3":  # with its eyes: SigLIP at 896 pixels
        eyes = {"hidden_size": 1152, "intermediate_size": 4304, "num_hidden_layers": 27, "num_attention_heads": 16}
        eyes |= {"patch_size": 14, "image_size": 896, "vision_use_head": False}
        config = transformers.Gemma3Config(text_config=sizes, vision_config=eyes)
    else:
        config = transformers.AutoConfig.for_model(model.type, **sizes)
    with torch.device("meta"):
        built = transformers.AutoModelForCausalLM.from_config(config)
    assert built.num_parameters() == shape.parameters
    targets = model.lora.get("lora_target_modules")
    if targets:
        matched = [name for name, _ in built.named_modules() if re.fullmatch(targets, name)]
        assert len(matched) == 7 * shape.layers
    layer = model.type.partition("_")[0].capitalize() + "DecoderLayer"
    assert any(type(module).__name__ == layer for module in built.modules())


def test_facts_are_found_by_the_name_on_the_hub():
    facts = shared.facts("Qwen/Qwen3-8B")
    assert facts is not None
    assert facts.parameters == MODELS["qwen3_8b"].shape.parameters
    assert shared.facts("models/mine") is None


def test_the_table_has_every_recipe():
    text = (catalog.folder("recipes") / "README.md").read_text(encoding="utf-8")
    for path in render.recipes():
        assert f"[{path.parent.name}/{path.name}]" in text
