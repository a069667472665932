"""The real commands, on a tiny random model: train, merge, load, and train again to the last bit."""

import hashlib
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("axolotl")
pytestmark = pytest.mark.slow

CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def _write_model(folder: Path, texts: list[str]) -> None:
    """Write a random two-layer Llama and a byte-level tokenizer trained on `texts`."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    raw.train_from_iterator(
        texts, trainers.BpeTrainer(vocab_size=400, special_tokens=special, initial_alphabet=alphabet)
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    tokenizer.chat_template = CHATML
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
    )
    LlamaForCausalLM(config).save_pretrained(folder)


def _axolotl(*arguments: str) -> str:
    environment = os.environ | {"AXOLOTL_DO_NOT_TRACK": "1", "DO_NOT_TRACK": "1", "HF_HUB_OFFLINE": "1"}
    command = [str(Path(sys.executable).with_name("axolotl")), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    return done.stdout + done.stderr


def _digest(folder: str) -> str:
    return hashlib.sha256(Path(folder, "adapter_model.safetensors").read_bytes()).hexdigest()


def _record(folder: str) -> dict:
    return json.loads(Path(folder, "medlong_run.json").read_text(encoding="utf-8"))


def test_train_merge_load_and_train_again(place: Path, recipe: dict, tiny_id: str, write_recipe):
    rows = [json.loads(line) for line in Path("mixtures/rows.jsonl").read_text(encoding="utf-8").splitlines()]
    _write_model(place / "models/tiny", [turn["content"] for row in rows for turn in row["messages"]])
    path = str(write_recipe(recipe))

    _axolotl("train", path, "--launcher", "python")
    first = _record("runs/tiny")
    losses = [loss for _, loss in first["loss_curve"]]
    assert len(losses) == first["steps"] == recipe["max_steps"]
    assert all(math.isfinite(loss) for loss in losses)
    assert losses[-1] < losses[0]
    assert (first["mixture_id"], first["mixture"], first["seed"]) == (tiny_id, "tiny", 42)
    assert (first["recipe"], first["base_model"]) == ("recipe.yaml", "models/tiny")
    assert first["tokens_seen"] >= first["trainable_tokens_seen"] > 0
    assert first["versions"]["axolotl"]

    _axolotl("merge-lora", path)
    from transformers import AutoModelForCausalLM, AutoTokenizer

    merged = AutoModelForCausalLM.from_pretrained("runs/tiny/merged")
    words = AutoTokenizer.from_pretrained("runs/tiny/merged")("Patient 1 is treated", return_tensors="pt")
    assert merged(**words).logits.isfinite().all()

    recipe["datasets"][0]["path"] = "build/{mixture_id}/train.jsonl"
    path = str(write_recipe(recipe))
    _axolotl("train", path, "--launcher", "python", "--output-dir", "runs/again")
    again = _record("runs/again")
    assert _digest("runs/again") == _digest("runs/tiny")
    assert again["run_id"] == first["run_id"]
    assert again["loss_curve"] == first["loss_curve"]
