"""A mixture of half the rows of two components: `medlong mix build` beside `datasets.interleave_datasets`.

    python benchmarks/mixtures.py [--rows 1000000] [--files 4] [--workers N] [--scratch FOLDER] [--only medlong]

Rows of chat messages, about 400 characters each, are written to JSON lines, half of them to each component; then
each side makes a file of half as many rows, 50/50, in a process of its own, one after the other; nothing else should
run. medlong builds at a tenth of the rows too: the ratio of the two peaks says whether its memory grows with the data.

Memory is the peak, over samples every 50 ms, of the sum over the whole tree of processes of PSS (shared pages divided
among those that share them), which includes pages of mapped files that the kernel may drop; and beside it that of
anonymous memory alone, which it may not. MB/s are megabytes (10^6) of the files that are read.

The two do not do the same work. medlong collapses identical rows, chooses by content, writes an index, a manifest and
a card beside the rows, and reads all back. `datasets` converts to Arrow (in its cache, which is made anew here), and
does none of that; it draws which component is next, so that its shares are near the asked ones only.

Ten million rows need about 15 GB in the scratch folder, which is removed at the end, also when this is stopped.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

COMPONENTS = ("general", "medical")
EVERY = 0.25

INTERLEAVE = """
import sys
from pathlib import Path
from datasets import disable_progress_bars, interleave_datasets, load_dataset
disable_progress_bars()
folder, rows, workers = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) or None
parts = [
    load_dataset("json", data_files=sorted(map(str, folder.glob(name + "*.jsonl"))), split="train",
                 cache_dir=str(folder / "cache"), num_proc=workers)
    for name in ("general", "medical")
]
mixed = interleave_datasets(parts, probabilities=[0.5, 0.5], seed=0, stopping_strategy="first_exhausted")
mixed.select(range(rows)).to_json(str(folder / "interleaved.jsonl"), num_proc=workers)
"""


class Run(NamedTuple):
    """One finished side."""

    seconds: float
    pss: float
    """MiB of the peak."""

    anonymous: float
    processes: int
    """Most at one time."""


def generate(folder: Path, rows: int, files: int) -> int:
    """Write `rows` rows to `files` files of each component; return their bytes.

    Rows are cuts, of very different lengths, of one long text of made-up words; a number makes each one different.
    """
    chance = random.Random(0)
    words = ["".join(chance.choices("abcdefghijklmnoprstuvwy", k=chance.randint(2, 9))) for _ in range(4000)]
    text = " ".join(chance.choices(words, k=60_000))
    starts = [chance.randrange(len(text) - 3000) for _ in range(8192)]
    lengths = [int(chance.lognormvariate(4.9, 0.6)) + 8 for _ in range(8191)]  # the two periods have no common factor
    for place, name in enumerate(COMPONENTS):
        for part in range(files):
            with (folder / f"{name}{part}.jsonl").open("w") as file:
                for n in range(part, rows // 2, files):
                    start, length = starts[n % 8192], lengths[n % 8191]
                    question, answer = text[start : start + length // 2], text[start + length : start + 3 * length]
                    file.write(
                        f'{{"messages": [{{"role": "user", "content": "{place}{n} {question}?"}}, '
                        f'{{"role": "assistant", "content": "{answer}."}}]}}\n'
                    )
    return sum(path.stat().st_size for path in folder.glob("*.jsonl"))


def mixture(folder: Path, rows: int) -> Path:
    """Write the mixture file: half of the rows, half of them from each component."""
    source = {"format": "messages", "licence": "made"}
    spec = {
        "medlong_mixture": 1,
        "name": "half",
        "sources": {name: {"files": [f"{name}*.jsonl"], **source} for name in COMPONENTS},
        "components": {name: {"sources": [name]} for name in COMPONENTS},
        "shares": dict.fromkeys(COMPONENTS, "1/2"),
        "total": rows // 2,
    }
    path = folder / "half.yaml"
    path.write_text(json.dumps(spec))  # JSON is YAML
    return path


def tree(first: int) -> list[int]:
    """Return the processes that descend from `first`, and itself."""
    children: dict[int, list[int]] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(place.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(place.parent.name))
    found = [first]
    for process in found:
        found.extend(children.get(process, []))
    return found


def memory(process: int) -> tuple[int, int]:
    """Return KiB of PSS, and of anonymous PSS, of one process; 0 once it has ended."""
    found = {"Pss": 0, "Pss_Anon": 0}
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name in found:
                found[name] = int(rest.split()[0])
    except OSError:
        pass
    return found["Pss"], found["Pss_Anon"]


def run(words: list[str], log: Path) -> Run:
    """Run one side to its end, and watch the memory of its processes.

    Raises:
        SystemExit: If it fails.
    """
    most = [0, 0, 0]
    home = {"HF_HOME": str(log.parent / "cache"), "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    with log.open("w") as file:
        began = time.perf_counter()
        with subprocess.Popen(words, stdout=file, stderr=file, env=os.environ | home) as process:
            try:
                while process.poll() is None:
                    found = tree(process.pid)
                    pss, anonymous = map(sum, zip(*map(memory, found), strict=True))
                    most = [max(pair) for pair in zip(most, (pss, anonymous, len(found)), strict=True)]
                    time.sleep(EVERY)
            except BaseException:
                process.terminate()
                raise
        seconds = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(f"{words[:6]} failed:\n{log.read_text()[-3000:]}")
    return Run(seconds, most[0] / 1024, most[1] / 1024, most[2])


def lines(path: Path) -> int:
    """Return how many lines a file has."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))


def medlong(folder: Path, rows: int, workers: int | None) -> Run:
    """Build with medlong, and remove what it built."""
    out = folder / "out"
    more = [] if workers is None else ["--workers", str(workers)]
    words = [sys.executable, "-m", "medlong", "mix", "build", str(mixture(folder, rows)), "--out", str(out), *more]
    done = run(words, folder / "medlong.log")
    (built,) = out.glob("[0-9a-f]*/train.jsonl")
    assert lines(built) == rows // 2
    shutil.rmtree(out)
    return done


def datasets(folder: Path, rows: int, workers: int | None) -> Run:
    """Interleave with datasets, and remove what it wrote."""
    words = [sys.executable, "-c", INTERLEAVE, str(folder), str(rows // 2), str(workers or 0)]
    done = run(words, folder / "datasets.log")
    assert lines(folder / "interleaved.jsonl") == rows // 2
    (folder / "interleaved.jsonl").unlink()
    shutil.rmtree(folder / "cache")
    return done


def show(name: str, rows: int, size: int, done: Run) -> None:
    """Print one line of the table."""
    print(
        f"{name:10} {rows:11,} {size / 1e6:9.1f} {done.seconds:9.1f} {rows / done.seconds:10,.0f} "
        f"{size / 1e6 / done.seconds:8.1f} {done.pss:9.0f} {done.anonymous:10.0f} {done.processes:10}",
        flush=True,
    )


def main() -> None:
    """Print one line for each side and size, and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows that are read, of both components")
    parser.add_argument("--files", type=int, default=4, help="files of each component")
    parser.add_argument("--workers", type=int, help="for both sides (default: what each takes by itself)")
    parser.add_argument("--scratch", type=Path, help="where to write (default: the system's temporary folder)")
    parser.add_argument("--only", choices=("medlong", "datasets"))
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print("side         rows read   MB read   seconds     rows/s     MB/s   PSS MiB  anon. MiB  processes")
    found: dict[str, Run] = {}
    for rows in (args.rows // 10, args.rows):
        with tempfile.TemporaryDirectory(dir=args.scratch, prefix="medlong-mixtures-") as name:
            folder = Path(name)
            size = generate(folder, rows, args.files)
            for side, build in (("medlong", medlong), ("datasets", datasets)):
                if args.only in (None, side):
                    found[f"{side} {rows}"] = done = build(folder, rows, args.workers)
                    show(side, rows, size, done)
    for side in ("medlong", "datasets"):
        small, large = (found.get(f"{side} {rows}") for rows in (args.rows // 10, args.rows))
        if small and large:
            ratio = f"{large.pss / small.pss:.2f}x PSS, {large.anonymous / small.anonymous:.2f}x anonymous"
            print(f"{side}: ten times the rows take {ratio}")
    ours, theirs = found.get(f"medlong {args.rows}"), found.get(f"datasets {args.rows}")
    if ours and theirs:
        print(
            f"medlong / datasets at {args.rows:,} rows: {ours.seconds / theirs.seconds:.2f}x the time, "
            f"{ours.pss / theirs.pss:.2f}x the PSS, {ours.anonymous / theirs.anonymous:.2f}x the anonymous memory"
        )


if __name__ == "__main__":
    main()
