"""A mixture and a recipe on it, in a folder of their own that the test runs in."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

MIXTURE = """\
medlong_mixture: 1
name: tiny
sources:
  tiny_rows: {files: [rows.jsonl], format: messages, licence: CC0-1.0}
components:
  medical: {sources: [tiny_rows]}
shares: {medical: 1}
total: 24
"""

WORDS = ("renal", "hepatic", "cardiac", "gastric", "cranial")


def write_rows(path: Path, n_rows: int = 30) -> None:
    """Write conversations with a regularity that a tiny model can learn."""
    rows = []
    for number in range(n_rows):
        word = WORDS[number % len(WORDS)]
        question = {"role": "user", "content": f"What is patient {number} treated for?"}
        answer = {"role": "assistant", "content": f"Patient {number} is treated for a {word} disease, {word} indeed."}
        rows.append({"messages": [question, answer]})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def not_kept(recipe: dict) -> dict[str, Any]:
    """Return what Axolotl's validation gives back in place of each key that it drops or changes."""
    from axolotl.cli.config import prepare_plugins
    from axolotl.utils.config import validate_config
    from axolotl.utils.dict import DictDefault

    from medlong.training import schema

    config = DictDefault(deepcopy(recipe))
    prepare_plugins(config)
    with schema.as_if_installed("ring_flash_attn"):
        kept = validate_config(config, dict(schema.AS_IF_ON), {"torch_version": "2.13.0"})
    found = {}
    for key, asked in recipe.items():
        value = kept[key]
        if key == "datasets":
            value = [{name: entry[name] for name in one} for entry, one in zip(value, asked, strict=True)]
        elif isinstance(asked, dict):
            value = {name: value[name] for name in asked}
        if value != asked:
            found[key] = value
    return found


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with mixtures/tiny.yaml in it."""
    folder = tmp_path / "mixtures"
    folder.mkdir()
    (folder / "tiny.yaml").write_text(MIXTURE, encoding="utf-8")
    write_rows(folder / "rows.jsonl")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def tiny_id(place: Path) -> str:
    from medlong.mixing.build import mixture_id

    return mixture_id(place / "mixtures/tiny.yaml")


@pytest.fixture
def recipe(tiny_id: str) -> dict:
    """A recipe without a fault."""
    return {
        "base_model": "models/tiny",
        "chat_template": "tokenizer_default",
        "plugins": ["medlong.training.plugin.MedlongPlugin"],
        "medlong_mixture": "mixtures/tiny.yaml",
        "datasets": [{"path": f"build/{tiny_id}/train.jsonl", "type": "chat_template", "field_messages": "messages"}],
        "sequence_len": 256,
        "excess_length_strategy": "raise",
        "val_set_size": 0,
        "shuffle_merged_datasets": True,
        "seed": 42,
        "output_dir": "runs/tiny",
        "dataset_prepared_path": "runs/tiny/prepared",
        "save_strategy": "no",
        "logging_steps": 1,
        "adapter": "lora",
        "lora_r": 8,
        "lora_alpha": 16,
        "lora_dropout": 0.0,
        "lora_target_linear": True,
        "lora_mlp_kernel": False,
        "lora_qkv_kernel": False,
        "lora_o_kernel": False,
        "micro_batch_size": 4,
        "gradient_accumulation_steps": 1,
        "max_steps": 8,
        "learning_rate": 0.02,
        "lr_scheduler": "constant",
        "optimizer": "adamw_torch",
        "bf16": False,
        "fp16": False,
        "tf32": False,
        "attn_implementation": "sdpa",
    }


@pytest.fixture
def write_recipe(place: Path):
    """Write a recipe as YAML and return its path, relative as a user would type it."""

    def write(content: dict, name: str = "recipe.yaml") -> Path:
        Path(name).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        return Path(name)

    return write
