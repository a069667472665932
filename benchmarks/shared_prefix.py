"""The same exam with stock `hf` and with `medlong-hf`: equal scores, and the ratios of time, tokens and memory.

    python benchmarks/shared_prefix.py [--model FOLDER] [--items 20] [--arms 001k,002k,004k,008k,alone]
        [--scorings cloze,letter] [--batch-size 1] [--stock-items N]

Each model runs in a process of its own, one after the other, so that its peak memory is its own; nothing else
should run. The questions are those of the books that are asked the most, so 20 are of one book where a book
has 20. The floor is every distinct token position once: each book, each question and each option. The arm `alone`
shares nothing: a text of its own before each option.
With --stock-items, stock is asked only every so many of the questions and its time is scaled up; the table says so.
"""

import argparse
import logging
import multiprocessing
import resource
import time
from collections import Counter
from pathlib import Path
from typing import Any


def requests(model: Path, scoring: str, arm: str, items: int, stride: int) -> list[Any]:
    """Return the likelihood requests of every `stride`-th of `items` items of one task."""
    from lm_eval.api.instance import Instance

    from medlong.exam import tasks

    if arm == "alone":
        return nothing_shared(items * 4, stride)
    docs = tasks.load(arm=arm, scoring=scoring, pretrained=str(model))["test"]
    choices = tasks.letters if scoring == "letter" else tasks.options
    asked = Counter(docs["book"])
    crowded = sorted(range(len(docs)), key=lambda place: (-asked[docs[place]["book"]], docs[place]["book"]))
    return [
        Instance("loglikelihood", doc, (tasks.doc_to_text(doc), f" {choice}"), index)
        for doc in docs.select(crowded[:items:stride])
        for index, choice in enumerate(choices(doc))
    ]


def nothing_shared(number: int, stride: int) -> list[Any]:
    """Return requests whose texts, of 30 to 400 tokens, have no first word in common."""
    from lm_eval.api.instance import Instance

    from medlong.exam import formulary

    pages = formulary.build().pages
    texts = [f"{place} {pages[place].text}"[: 100 * (1 + place % 12)] for place in range(0, number, stride)]
    return [Instance("loglikelihood", {"id": text}, (text, " yes"), 0) for text in texts]


def run(engine: str, model: Path, scoring: str, arm: str, items: int, stride: int, batch: int) -> dict[str, Any]:
    """Return seconds, log-likelihoods, tokens computed and peak memory in MiB of one engine on one task."""
    logging.disable(logging.WARNING)
    from lm_eval.models.huggingface import HFLM

    from medlong.lm.shared_prefix import SharedPrefixLM

    asked = requests(model, scoring, arm, items, stride)
    made = {"hf": HFLM, "medlong-hf": SharedPrefixLM}[engine]
    lm = made(pretrained=str(model), device="cpu", dtype="float32", batch_size=batch)
    computed = 0

    def count(_: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        nonlocal computed
        computed += (args[0] if args else kwargs["input_ids"]).numel()

    lm.model.register_forward_pre_hook(count, with_kwargs=True)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    answers = lm.loglikelihood(asked, disable_tqdm=True)
    return {
        "seconds": time.perf_counter() - began,
        "values": {(r.doc["id"], r.idx): value for r, (value, _) in zip(asked, answers, strict=True)},
        "books": len({r.doc.get("book") for r in asked}),
        "computed": computed,
        "floor": floor([lm.tok_encode(r.args[0] + r.args[1]) for r in asked]),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "idle": before / 1024,
    }


def floor(rows: list[list[int]]) -> int:
    """Return how many distinct prefixes the rows have, without their last tokens, which nobody needs to read."""
    ordered = sorted(row[:-1] for row in rows)
    total = 0
    last: list[int] = []
    for row in ordered:
        shared = next((i for i, (a, b) in enumerate(zip(row, last, strict=False)) if a != b), min(len(row), len(last)))
        total += len(row) - shared
        last = row
    return total


def alone(*job: Any) -> dict[str, Any]:
    """Run one job in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(run, job)


def main() -> None:
    """Print one row a task."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=Path("models/smollm2-135m-instruct"))
    parser.add_argument("--items", type=int, default=20)
    parser.add_argument("--arms", default="001k,002k,004k,008k")
    parser.add_argument("--scorings", default="cloze,letter")
    parser.add_argument("--stock-items", type=int, help="ask stock only so many of the items, and scale its time")
    parser.add_argument("--batch-size", type=int, default=1)
    args = parser.parse_args()
    stride = args.items // (args.stock_items or args.items)
    print(f"{args.items} items a task" + (f"; hf asked every {stride}th and its time scaled" if stride > 1 else ""))
    print(
        "scoring  arm  books        hf   medlong-hf    ratio   tokens hf  computed  over floor   peak MiB"
        "   worst difference"
    )
    for scoring in args.scorings.split(","):
        for arm in args.arms.split(","):
            fast = alone("medlong-hf", args.model, scoring, arm, args.items, 1, args.batch_size)
            slow = alone("hf", args.model, scoring, arm, args.items, stride, args.batch_size)
            worst = max(abs(value - fast["values"][key]) for key, value in slow["values"].items())
            scale = len(fast["values"]) / len(slow["values"])
            print(
                f"{scoring:8} {arm:5} {fast['books']:4} {slow['seconds'] * scale:7.1f} s {fast['seconds']:7.1f} s "
                f"{slow['seconds'] * scale / fast['seconds']:7.1f}x {slow['computed'] * scale:11.0f} "
                f"{fast['computed']:9} {fast['computed'] / fast['floor']:9.3f} "
                f"{slow['peak']:6.0f}/{fast['peak']:.0f} {worst:12.1e}",
                flush=True,
            )


if __name__ == "__main__":
    main()
