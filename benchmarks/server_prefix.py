"""How many prompt tokens a real OpenAI-compatible server evaluates when lm_eval asks it a whole exam.

    pip install xllamacpp 'medlong[eval,api]'
    python benchmarks/server_prefix.py GGUF [--arm 002k] [--items 20] [--model FOLDER]

llama.cpp's server with a real model listens on loopback; lm_eval asks it through its own chat client,
in the order that lm_eval's sort by length makes. Sent are the tokens of all prompts, evaluated those that the
server counts itself, and the floor is each distinct book once and each question's own tokens once.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from medlong.exam import prompts, tasks

RUN = "import sys; sys.argv[0] = 'medlong'; from medlong.cli import main; sys.exit(main())"


def server(gguf: Path, window: int) -> tuple[object, str]:
    """Start llama.cpp's server with one slot and return it with its address."""
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path = str(gguf)
    settings.n_ctx = window
    settings.n_parallel = 1
    settings.port = 0
    settings.endpoint_metrics = True
    settings.verbosity = -1
    started = xllamacpp.Server(settings)
    return started, started.listening_address.rstrip("/")


def evaluated(address: str) -> int:
    """Return the prompt tokens that the server has computed since it started."""
    with urllib.request.urlopen(f"{address}/metrics") as answer:
        text = answer.read().decode()
    found = re.search(r"^llamacpp:prompt_tokens_total (\S+)$", text, re.MULTILINE)
    if not found:
        raise SystemExit("the server counts no prompt tokens: no llamacpp:prompt_tokens_total in its metrics")
    return int(float(found[1]))


def ask(address: str, task: str, metadata: dict[str, object], out: Path) -> None:
    """Run lm_eval's own command against the server."""
    command = [
        *(sys.executable, "-c", RUN, "eval", "run", "--model", "local-chat-completions"),
        *("--model_args", f"model=smollm2,base_url={address}/v1/chat/completions,num_concurrent=1,max_length=16384"),
        *("--tasks", task, "--metadata", json.dumps(metadata), "--apply_chat_template", "--output_path", str(out)),
    ]
    environment = os.environ | {"OPENAI_API_KEY": "none", "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])


def main() -> None:
    """Print sent, evaluated and floor."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gguf", type=Path)
    parser.add_argument("--model", type=Path, default=Path("models/smollm2-135m-instruct"), help="for its tokenizer")
    parser.add_argument("--arm", default="002k")
    parser.add_argument("--items", type=int, default=20)
    args = parser.parse_args()
    metadata = {"medlong_items": args.items, "medlong_tokenizer": str(args.model.resolve())}
    docs = list(tasks.load(arm=args.arm, scoring="generate", **metadata)["test"])
    sent = sum(doc["n_tokens"] for doc in docs)
    tails = own_tokens(docs, args.model)
    books = {doc["book_hash"]: doc["n_tokens"] - tail for doc, tail in zip(docs, tails, strict=True)}
    floor = sum(books.values()) + sum(tails)
    running, address = server(args.gguf, 16384)
    before = evaluated(address)
    with tempfile.TemporaryDirectory() as out:
        ask(address, f"medlong_openbook_{args.arm}", metadata, Path(out))
    computed = evaluated(address) - before
    print(f"{len(docs)} questions over {len(books)} books of {args.arm}")
    print(f"prompt tokens sent {sent}, evaluated {computed} ({sent / computed:.1f} x fewer), floor {floor}")
    print(f"evaluated over floor {computed / floor:.3f}")
    del running


def own_tokens(docs: list[dict[str, Any]], model: Path) -> list[int]:
    """Return the tokens of each question's own part of its prompt."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)
    tails = [prompts.tail("generate", doc["question"], doc["options"]) for doc in docs]
    return [len(ids) for ids in tokenizer(tails)["input_ids"]]


if __name__ == "__main__":
    main()
