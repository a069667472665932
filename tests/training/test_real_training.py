"""The real commands, on a tiny random model: train, merge, load, and train again to the last bit."""

import hashlib
import json
import math
import os
import signal
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


def _write_model(folder: Path, family: str = "Llama") -> None:
    """Write a random model of two layers, and a byte-level tokenizer trained on the rows of the mixture."""
    import torch
    import transformers
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    rows = [json.loads(line) for line in Path("mixtures/rows.jsonl").read_text(encoding="utf-8").splitlines()]
    texts = [turn["content"] for row in rows for turn in row["messages"]]
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
    config = getattr(transformers, f"{family}Config")(
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
    getattr(transformers, f"{family}ForCausalLM")(config).save_pretrained(folder)


def _axolotl(*arguments: str, expected: int = 0, **environment: str) -> str:
    quiet = {"AXOLOTL_DO_NOT_TRACK": "1", "DO_NOT_TRACK": "1", "HF_HUB_OFFLINE": "1"}
    quiet["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])  # of torchrun
    command = [str(Path(sys.executable).with_name("axolotl")), *arguments]
    done = subprocess.run(command, env=os.environ | quiet | environment, capture_output=True, text=True, check=False)
    assert done.returncode == expected, done.stdout[-3000:] + done.stderr[-6000:]
    return done.stdout + done.stderr


def _losses(record: dict) -> list[float]:
    return [loss for _, loss in record["loss_curve"]]


def _digest(folder: str) -> str:
    return hashlib.sha256(Path(folder, "adapter_model.safetensors").read_bytes()).hexdigest()


def _record(folder: str) -> dict:
    return json.loads(Path(folder, "medlong_run.json").read_text(encoding="utf-8"))


def test_train_merge_load_and_train_again(place: Path, recipe: dict, tiny_id: str, write_recipe):
    _write_model(place / "models/tiny")
    path = str(write_recipe(recipe))

    _axolotl("train", path, "--launcher", "python")
    first = _record("runs/tiny")
    losses = _losses(first)
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


def test_all_weights_of_a_qwen_are_trained_and_load_from_the_folder_of_the_record(
    place: Path, recipe: dict, write_recipe
):
    _write_model(place / "models/tiny", "Qwen3")
    for key in [key for key in recipe if key.startswith("lora_")]:
        del recipe[key]
    del recipe["adapter"]
    path = write_recipe(recipe | {"learning_rate": 0.005})
    _axolotl("train", str(path), "--launcher", "python")
    record = _record("runs/tiny")
    assert record.get("adapter") is None
    assert _losses(record)[-1] < _losses(record)[0]

    import torch
    from transformers import AutoModelForCausalLM

    trained, base = (
        dict(AutoModelForCausalLM.from_pretrained(name).named_parameters()) for name in ("runs/tiny", "models/tiny")
    )
    assert "Qwen3" in json.loads(Path("runs/tiny/config.json").read_text())["architectures"][0]
    assert all(not torch.equal(trained[name], base[name]) for name in base if name.endswith("proj.weight"))


def test_two_processes_train_one_model_and_leave_one_record(place: Path, recipe: dict, write_recipe):
    _write_model(place / "models/tiny")
    path = str(write_recipe(recipe | {"micro_batch_size": 2}))
    _axolotl("train", path, "--launcher", "torchrun", "--", "--nproc_per_node", "2", ACCELERATE_USE_CPU="true")
    two = _record("runs/tiny")
    assert two["hardware"]["processes"] == 2
    assert _losses(two)[-1] < _losses(two)[0]
    assert [place.name for place in Path("build").iterdir()] == [two["mixture_id"]]
    _axolotl("train", path, "--launcher", "python", "--output-dir", "runs/alone")
    assert _record("runs/alone")["run_id"] != two["run_id"]


KILLER = """
import os, signal
from pathlib import Path
from axolotl.integrations.base import BasePlugin
from transformers import TrainerCallback

class Kill(TrainerCallback):
    def on_step_end(self, args, state, control, **kwargs):
        if state.global_step == 6 and Path("armed").exists():
            Path("armed").unlink()
            os.kill(os.getpid(), signal.SIGKILL)

class KillerPlugin(BasePlugin):
    def add_callbacks_post_trainer(self, cfg, trainer):
        return [Kill()]
"""


def test_a_killed_training_goes_on_with_the_same_curve(place: Path, recipe: dict, write_recipe):
    _write_model(place / "models/tiny")
    Path("killer.py").write_text(KILLER)
    recipe["plugins"].append("killer.KillerPlugin")
    recipe |= {"save_strategy": "steps", "save_steps": 4, "auto_resume_from_checkpoints": True}
    path = str(write_recipe(recipe))
    here = {"PYTHONPATH": os.pathsep.join([str(place), *filter(None, [os.environ.get("PYTHONPATH")])])}
    _axolotl("train", path, "--launcher", "python", "--output-dir", "runs/whole", **here)
    whole = _record("runs/whole")

    Path("armed").touch()
    _axolotl("train", path, "--launcher", "python", expected=-signal.SIGKILL, **here)
    assert Path("runs/tiny/checkpoint-4").is_dir()
    assert not Path("runs/tiny/medlong_run.json").exists()
    _axolotl("train", path, "--launcher", "python", **here)
    taken_up = _record("runs/tiny")
    assert taken_up["steps"] == whole["steps"]
    assert taken_up["loss_curve"] == whole["loss_curve"]
    assert taken_up["run_id"] == whole["run_id"]
    assert _digest("runs/tiny") == _digest("runs/whole")
