"""Time `medlong compare` over many runs: the first pass over the sample files, then from the cache.

Usage: python benchmarks/compare_many.py [--runs 300] [--tasks 12] [--items 400] [--big-runs 6] [--prompt-kb 100]

The first pass is timed on `--big-runs` runs with long prompts, beside `wc -l` on the same files; the
comparison from cache on 1/3, 2/3 and all of `--runs` runs with short prompts, for the cache holds no prompts.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TIME = "2026-01-02T03-04-05.123456"
BOOK_SIZE = 20
SEEDS = 3
COMPARE = """
import resource, sys, time
from pathlib import Path
from medlong.compare.comparison import load
from medlong.compare.inference import analyses
from medlong.compare.table import View, markdown
start = time.perf_counter()
comparison = load([Path(name) for name in sys.argv[2:]])
joined = time.perf_counter() - start
if sys.argv[1] == "whole":
    markdown(comparison, View(analyses(comparison)))
cells = sum(len(group.cells) for group in comparison.groups)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(cells, joined, time.perf_counter() - start, peak)
"""


def main() -> None:
    """Make the folders, time both passes and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("runs", 300), ("tasks", 12), ("items", 400), ("big-runs", 6), ("prompt-kb", 100)):
        parser.add_argument(f"--{name}", type=int, default=default)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        os.environ["XDG_CACHE_HOME"] = str(root / "cache")
        arms = ["closed", "oracle", *(f"{2**k:03d}k" for k in range(args.tasks - 2))]
        first_pass(root / "big", arms, args.items, args.big_runs, args.prompt_kb)
        from_cache(root / "small", arms, args.items, args.runs)


def first_pass(root: Path, arms: list[str], items: int, runs: int, kilobytes: int) -> None:
    """Print MB/s of a comparison without cache beside those of `wc -l`, in the same run."""
    names = make(root, arms, items, runs, kilobytes)
    files = [str(path) for path in root.rglob("samples_*.jsonl")]
    size = sum(Path(path).stat().st_size for path in files) / 1e6
    subprocess.run(["wc", "-l", *files], check=True, stdout=subprocess.DEVNULL)
    start = time.perf_counter()
    subprocess.run(["wc", "-l", *files], check=True, stdout=subprocess.DEVNULL)
    count = time.perf_counter() - start
    _, seconds, _, peak = compare("join", names, MEDLONG_NO_CACHE="1")
    print(
        f"first pass: {size:,.0f} MB in {len(files)} files, {seconds:.1f} s, {size / seconds:,.0f} MB/s, "
        f"peak {peak:,.0f} MiB"
    )
    print(f"wc -l: {count:.1f} s, {size / count:,.0f} MB/s", flush=True)


def from_cache(root: Path, arms: list[str], items: int, runs: int) -> None:
    """Print time and memory of a comparison whose sample files are all in the cache, by number of runs."""
    names = make(root, arms, items, runs, 0)
    time.sleep(2.5)  # files changed within two seconds are not kept
    _, seconds, _, _ = compare("join", names)
    print(f"filling the cache: {seconds:.1f} s")
    print("| runs | cells | joined, s | with statistics and tables, s | seconds a run | peak MiB |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for n in (runs // 3, 2 * runs // 3, runs):
        cells, joined, seconds, peak = compare("whole", [names[0], *names[1 : n + 1]])
        row = f"{n} | {cells:.0f} | {joined:.1f} | {seconds:.1f} | {seconds / n:.3f} | {peak:,.0f}"
        print(f"| {row} |", flush=True)


def compare(how_far: str, folders: list[Path], **environment: str) -> tuple[float, float, float, float]:
    """Return cells, seconds until joined, seconds in all and peak MiB of a comparison; importing is not timed.

    It has a process of its own and goes `how_far`: `join`, or `whole` with statistics and tables.
    """
    command = [sys.executable, "-c", COMPARE, how_far, *map(str, folders)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | environment)
    cells, joined, seconds, peak = map(float, done.stdout.split())
    return cells, joined, seconds, peak


def make(root: Path, arms: list[str], items: int, runs: int, kilobytes: int) -> list[Path]:
    """Write an untrained model and `runs` trained ones, three seeds of each mixture; return their folders."""
    text = "".join(random.Random(0).choices(["dose ", "of ", "Zorvalin® ", '"renal" ', "é\n"], k=1 + kilobytes * 200))
    folders = []
    for number in range(runs + 1):
        run_id = f"run-{number:04d}" if number else ""
        folder = root / (run_id or "base")
        folder.mkdir(parents=True)
        write_run(folder, run_id, number)
        tasks = [f"medlong_openbook_letter_{arm}" for arm in arms]
        record = {
            "configs": {task: {} for task in tasks},
            "versions": dict.fromkeys(tasks, 1.0),
            "n-samples": {task: {"effective": items} for task in tasks},
            "config": {"model": "hf", "model_args": {"pretrained": str(folder) if number else "hub/base"}},
        }
        (folder / f"results_{TIME}.json").write_text(json.dumps(record))
        for arm, task in zip(arms, tasks, strict=True):
            with (folder / f"samples_{task}_{TIME}.jsonl").open("w") as file:
                file.writelines(line(arm, item, run_id, text) for item in range(items))
        folders.append(folder)
    return folders


def write_run(folder: Path, run_id: str, number: int) -> None:
    """Write the run record and the manifest of its mixture, where it is trained."""
    if not run_id:
        return
    number, seed = divmod(number - 1, SEEDS)
    record = {"medlong_run": 1, "run_id": run_id, "mixture_id": f"mix-{number}", "base_model": "hub/base", "seed": seed}
    (folder / "medlong_run.json").write_text(json.dumps(record))
    realised = {
        "general": {"realised": {"examples": number}},
        "medical": {"realised": {"examples": 301 - number % 300}},
    }
    manifest = {"medlong_manifest": 1, "mixture_id": f"mix-{number}", "name": f"m{number}", "components": realised}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def line(arm: str, item: int, run_id: str, text: str) -> str:
    """Return one line as lm_eval writes it."""
    book = f"{arm}-{item // BOOK_SIZE}" if arm.endswith("k") else ""
    doc = {
        "id": f"item-{item:04d}", "kind": "lookup", "arm": arm, "length": 1024 if book else 0, "scoring": "letter",
        "bank": "formulary", "bank_version": "1", "book": book, "book_hash": book, "depth": 0.5, "depth_fifth": 2,
        "n_tokens": 1000, "question": f"Which dose ({item})?", "options": ["1", "2", "3", "4"], "letter": "A",
        "run_id": run_id,
    }  # fmt: skip
    sample = {
        "doc_id": item, "doc": doc, "target": "A", "arguments": {"gen_args_0": {"arg_0": text, "arg_1": " A"}},
        "resps": [[["-1.5", "False"]]], "filtered_resps": [["-1.5", "False"]], "filter": "none",
        "metrics": ["acc", "no_answer", "overlength"], "doc_hash": "d", "prompt_hash": "p", "target_hash": "t",
        "acc": float(random.Random(f"{run_id} {arm} {item}").random() < (0.6 if arm != "closed" else 0.3)),
        "no_answer": 0, "overlength": 0,
    }  # fmt: skip
    return json.dumps(sample, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
