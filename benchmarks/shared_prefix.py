"""The same requests with stock `hf` and with `medlong-hf`: equal scores, and the ratio of their times.

    python benchmarks/shared_prefix.py [--model FOLDER] [--items N] [--arms 001k,002k] [--scorings cloze,letter]

Both models are loaded once and asked one after the other in this one process; nothing else
should run. Items are those of whole books, so that sharing is what an exam has.
"""

import argparse
import logging
import time
from pathlib import Path

import torch
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM

from medlong.exam import tasks
from medlong.lm.shared_prefix import SharedPrefixLM


def requests(model: Path, scoring: str, arm: str, items: int) -> list[Instance]:
    """Return the likelihood requests of the first `items` items of one task."""
    docs = tasks.load(arm=arm, scoring=scoring, pretrained=str(model))["test"]
    choices = tasks.letters if scoring == "letter" else tasks.options
    return [
        Instance("loglikelihood", doc, (tasks.doc_to_text(doc), f" {choice}"), index)
        for doc in docs.select(range(items))
        for index, choice in enumerate(choices(doc))
    ]


def timed(lm: HFLM, asked: list[Instance]) -> tuple[float, list[float]]:
    """Return the seconds and the log-likelihoods of one model."""
    began = time.perf_counter()
    answers = lm.loglikelihood(asked, disable_tqdm=True)
    return time.perf_counter() - began, [value for value, _ in answers]


def main() -> None:
    """Print one row a task."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=Path("models/smollm2-135m-instruct"))
    parser.add_argument("--items", type=int, default=20)
    parser.add_argument("--arms", default="001k,002k")
    parser.add_argument("--scorings", default="cloze,letter")
    args = parser.parse_args()
    logging.disable(logging.WARNING)
    arguments = {"pretrained": str(args.model), "device": "cpu", "dtype": "float32", "batch_size": 1}
    stock, ours = HFLM(**arguments), SharedPrefixLM(**arguments)
    print(f"{args.items} items a task, {torch.get_num_threads()} threads")
    print(
        f"{'scoring':8} {'arm':5} {'hf':>9} {'medlong-hf':>11} {'ratio':>7} "
        f"{'tokens hf':>10} {'computed':>9} {'worst':>8}"
    )
    for scoring in args.scorings.split(","):
        for arm in args.arms.split(","):
            asked = requests(args.model, scoring, arm, args.items)
            fast, found = timed(ours, asked)
            slow, expected = timed(stock, asked)
            worst = max(abs(a - b) for a, b in zip(expected, found, strict=True))
            sent = sum(len(ours.tok_encode(r.args[0] + r.args[1])) for r in asked)
            print(
                f"{scoring:8} {arm:5} {slow:7.1f} s {fast:9.1f} s {slow / fast:6.1f}x "
                f"{sent:10} {ours._tree.tokens_read:9} {worst:8.1e}"
            )


if __name__ == "__main__":
    main()
