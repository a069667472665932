"""The main job, end to end, on the embedded default: exam, mixtures, training, exam again, comparison.

    python tools/demo.py [--items N] [--runs DIR]

Each step is a command anyone could type; its output goes to DIR/logs. A step whose inputs
have not changed since it succeeded is skipped, and an exam that was stopped goes on where it was.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MODEL = "models/smollm2-135m-instruct"
BASE = Path(MODEL) / "medlong_model.json"
MIXTURES = {"medical_only_lora": "mixtures/medical_only.yaml", "half_general_lora": "mixtures/half_general.yaml"}
SOURCES = Path("mixtures/sources.yaml")
TASKS = [f"medlong_openbook_cloze_{arm}" for arm in ("closed", "oracle", "001k", "002k")]
KIND = "lookup"
"""What a model of this size can answer with a book before it; of other kinds it reads nothing that it could lose."""
KNOWLEDGE = "medlong_pharmacology_cloze_closed"
"""Real drugs without a book: what nobody can know of invented ones."""

ENVIRONMENT = {
    "AXOLOTL_DO_NOT_TRACK": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "OMP_NUM_THREADS": str(os.cpu_count() or 1),  # Axolotl's launcher would set one thread
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",  # it looks for `accelerate` there
}

console = Console()


@dataclass(frozen=True)
class Step:
    """One command, and what tells whether it is done already."""

    name: str
    command: Sequence[str]
    inputs: Sequence[Path]
    """Files whose content decides the result, beside the command itself."""

    output: Path
    """What the command leaves behind."""

    exam: bool = False
    """Whether it is an exam, whose answers are kept in case it is stopped."""


def steps(runs: Path, items: int) -> list[Step]:
    """Return the whole job in order."""
    found = _exams(runs, "base", MODEL, items, BASE)
    for name, mixture in MIXTURES.items():
        recipe = Path(f"recipes/smollm2_135m/{name}.yaml")
        run, data = runs / name, [Path(mixture), SOURCES]
        trained = run / "medlong_run.json"
        typed = runs == Path("runs")  # where the recipes themselves say
        where = [] if typed else ["--output-dir", str(run), "--dataset-prepared-path", str(run / "prepared")]
        found += [
            Step(f"build {mixture}", [_bin("medlong"), "mix", "build", mixture], data, Path("build")),
            Step(f"train {name}", [_bin("axolotl"), "train", str(recipe), *where], [recipe, *data, BASE], trained),
            Step(f"merge {name}", [_bin("axolotl"), "merge-lora", str(recipe), *where], [trained], run / "merged"),
            *_exams(runs, name, str(run / "merged"), items, trained),
        ]
    return found


def _bin(name: str) -> str:
    return str(BIN / name)


def _exams(runs: Path, name: str, model: str, items: int, identity: Path) -> list[Step]:
    """The open-book exam, and what the model knows without a book."""
    asked = {
        "exam": (TASKS, {"medlong_kinds": KIND, "medlong_items": items}),
        "knowledge": ([KNOWLEDGE], {"medlong_items": items}),
    }
    found = []
    for what, (tasks, metadata) in asked.items():
        out = runs / name / what
        command = [
            *(_bin("medlong"), "eval", "--model", "medlong-hf", "--device", "cpu", "--batch_size", "1"),
            *("--model_args", f"pretrained={model},dtype=float32", "--tasks", ",".join(tasks)),
            *("--metadata", json.dumps(metadata), "--apply_chat_template"),
            *("--log_samples", "--output_path", str(out)),
        ]
        found.append(Step(f"{what} {name}", command, [identity], out, exam=True))
    return found


def _key(step: Step) -> str:
    digest = hashlib.sha256(json.dumps(list(step.command)[1:]).encode())
    code = [path for folder in ("medlong", "lm_eval_tasks") for path in (ROOT / folder).rglob("*.*")]
    for path in (*step.inputs, *sorted(path for path in code if path.suffix in (".py", ".yaml"))):
        digest.update((ROOT / path).read_bytes())
    return digest.hexdigest()[:16]


def perform(step: Step, runs: Path, place: str) -> bool:
    """Run one step unless it is done; return False when it failed."""
    key = _key(step)
    done = runs / "logs" / f"{step.name.replace(' ', '_').replace('/', '_')}.done"
    if done.exists() and done.read_text() == key and step.output.exists():
        console.print(f"{place} {step.name}: done before")
        return True
    command = list(step.command)
    if step.exam:
        _retire(step.output)
        command += ["--use_cache", str(step.output.parent / f"{step.output.name}_cache_{key}")]
    log = done.with_suffix(".log")
    began = time.monotonic()
    code = _watched(command, log, f"{place} {step.name}")
    took = f"{time.monotonic() - began:.0f} s"
    if code:
        console.print(f"{place} {step.name}: [red]failed[/] after {took}, exit code {code}; the end of {log}:")
        console.print("\n".join(log.read_text(errors="replace").splitlines()[-25:]), markup=False)
        return False
    done.write_text(key)
    console.print(f"{place} {step.name}: {took}")
    return True


def _retire(folder: Path) -> None:
    """Remove the results of an exam that is to be taken again: two of one kind cannot be compared."""
    for path in (*folder.rglob("results_*.json"), *folder.rglob("samples_*.jsonl")):
        path.unlink()


def _watched(command: Sequence[str], log: Path, title: str) -> int:
    """Run a command with its output in `log`, showing the time and the log's last line."""
    began = time.monotonic()
    with log.open("wb") as file, Live(console=console, refresh_per_second=4, transient=True) as live:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT, env=os.environ | ENVIRONMENT
        )
        try:
            while process.poll() is None:
                text = Text(f" {title}  {time.monotonic() - began:4.0f} s  {_last_line(log)}", no_wrap=True)
                live.update(Spinner("line", text=text))
                time.sleep(0.5)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    return process.returncode


def _last_line(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4000))
        lines = file.read().decode(errors="replace").replace("\r", "\n").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def main() -> int:
    """Perform every step, then print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=80, help="items an arm; every 20 are balanced (default: 80)")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="where runs go (default: runs)")
    args = parser.parse_args()
    os.chdir(ROOT)
    (args.runs / "logs").mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    plan = steps(args.runs, args.items)
    for number, step in enumerate(plan, start=1):
        if not perform(step, args.runs, f"[{number}/{len(plan) + 1}]".replace("[", r"\[")):
            return 1
    console.print(rf"\[{len(plan) + 1}/{len(plan) + 1}] compare")
    report = args.runs / "comparison"
    command = [_bin("medlong"), "compare", str(args.runs), "--knowledge", KNOWLEDGE]
    command += ["--html", f"{report}.html", "--markdown", f"{report}.md", "--csv", f"{report}.csv"]
    code = subprocess.run(command, check=False).returncode
    console.print(
        f"{time.monotonic() - began:.0f} s in all; report in {report}.html, tables in {report}.md and .csv",
        soft_wrap=True,
    )
    return code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        console.print("stopped; run it again to go on")
        sys.exit(130)
