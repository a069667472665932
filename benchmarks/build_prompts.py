"""Time to build 32k prompts: medlong beside lm_eval's own RULER QA builder, same pages, items and tokenizer.

    python benchmarks/build_prompts.py [--tokenizer FOLDER] [--length TOKENS]

RULER QA builds one prompt an item by tokenising the growing document list; medlong tokenises
each page once and packs by arithmetic, and twenty items share a book. Both get the formulary's
pages as documents and its items as questions, in this one process, one after the other.
"""

import argparse
import resource
import time
from pathlib import Path

from transformers import AutoTokenizer

from medlong.exam import formulary
from medlong.exam.sitting import ANSWER_TOKENS, CONTROL_ARMS, LENGTH_ARMS, Sitting
from medlong.exam.tokens import TokenizerCounter


def ours(tokenizer: object, length: int) -> tuple[float, float, int]:
    """Return seconds for the one length, seconds for all arms, and the number of prompts of the length."""
    bank = formulary.build()
    arm = next(name for name, tokens in LENGTH_ARMS.items() if tokens == length)
    began = time.perf_counter()
    sheets = Sitting(bank, TokenizerCounter("benchmark", tokenizer), 0, ANSWER_TOKENS).sheets(arm)
    one = time.perf_counter() - began
    began = time.perf_counter()
    whole = Sitting(bank, TokenizerCounter("benchmark", tokenizer), 0, ANSWER_TOKENS)
    for name in (*CONTROL_ARMS, *LENGTH_ARMS):
        whole.sheets(name)
    return one, time.perf_counter() - began, len(sheets)


def ruler(tokenizer: object, length: int, count: int) -> float:
    """Return the seconds RULER QA's builder takes for `count` prompts of `length` tokens."""
    from lm_eval.tasks.ruler.qa_utils import generate_samples

    bank = formulary.build()
    place = {page.id: number for number, page in enumerate(bank.pages)}
    questions = [
        {"query": item.question, "outputs": [item.answer], "context": [place[page] for page in item.gold]}
        for item in bank.items
    ]
    began = time.perf_counter()
    generate_samples(tokenizer, [page.text for page in bank.pages], questions, length, num_samples=count)
    return time.perf_counter() - began


def main() -> None:
    """Print both times and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tokenizer", type=Path, default=Path("models/smollm2-135m-instruct"))
    parser.add_argument("--length", type=int, default=32768, choices=sorted(LENGTH_ARMS.values()))
    args = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(args.tokenizer)
    formulary.build()
    one, everything, count = ours(tokenizer, args.length)
    theirs = ruler(tokenizer, args.length, count)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{count} prompts of {args.length} tokens")
    print(f"  lm_eval RULER QA builder     {theirs:8.1f} s")
    print(f"  medlong, this length         {one:8.1f} s   {theirs / one:6.1f} x faster")
    print(f"  medlong, all {len(CONTROL_ARMS) + len(LENGTH_ARMS)} arms         {everything:8.1f} s")
    print(f"  peak memory of the process   {peak:8.1f} GiB")


if __name__ == "__main__":
    main()
