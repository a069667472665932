"""A builder of real-shaped folders: lm_eval output, run records and mixture manifests."""

import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

N_ITEMS, BOOK_SIZE = 60, 5
ARMS = {"closed": 0, "oracle": 0, "001k": 1024, "004k": 4096, "016k": 16384}
INFIX = {"generate": "", "letter": "letter_", "cloze": "cloze_"}
CLOSED = 0.35  # skill lost without a book
SKILL = {"base": 0.6, "g50m50": 0.75, "m100": 0.45}
MIXTURES = {
    "g50m50": ("mix-aaaa", {"general": 100, "medical": 100}),
    "m100": ("mix-bbbb", {"medical": 300, "long": 100}),
}


@dataclass
class Runs:
    """A folder of runs under construction; every method writes real files that a test may then spoil."""

    root: Path
    base_model: str = "hub/Small-135M"
    times: dict[str, str] = field(default_factory=dict)

    def folder(self, name: str) -> Path:
        return self.root / "results" / name

    def results(self, name: str) -> Path:
        return next(self.folder(name).glob("results_*.json"))

    def samples(self, name: str, arm: str, scoring: str = "letter") -> Path:
        return next(self.folder(name).glob(f"samples_medlong_openbook_{INFIX[scoring]}{arm}_*.jsonl"))

    def lines(self, name: str, arm: str, scoring: str = "letter") -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.samples(name, arm, scoring).read_text().splitlines()]

    def rewrite(self, name: str, arm: str, lines: list[dict[str, Any]], scoring: str = "letter") -> None:
        path = self.samples(name, arm, scoring)
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        record = json.loads(self.results(name).read_text())
        record["results"] |= {path.name.removeprefix("samples_").rsplit("_", 1)[0]: means(lines)}
        self.results(name).write_text(json.dumps(record))

    def set_effective(self, name: str, n: int) -> None:
        path = self.results(name)
        record = json.loads(path.read_text())
        for counts in record["n-samples"].values():
            counts["effective"] = n
        path.write_text(json.dumps(record))

    def checkpoint(self, name: str) -> Path:
        return self.root / "checkpoints" / name

    def add_run(self, name: str, seed: int = 0) -> None:
        mixture_id, realised = MIXTURES[name.split("_")[0]]
        self.checkpoint(name).mkdir(parents=True)
        record = {
            "medlong_run": 1,
            "run_id": f"run-{name}",
            "recipe": f"recipes/{name}.yaml",
            "recipe_sha256": "0" * 64,
            "mixture_id": mixture_id,
            "mixture": name,
            "base_model": self.base_model,
            "seed": seed,
        }
        (self.checkpoint(name) / "medlong_run.json").write_text(json.dumps(record))
        manifest = {
            "medlong_manifest": 1,
            "mixture_id": mixture_id,
            "name": name.split("_")[0],
            "seed": 0,
            "total": sum(realised.values()),
            "components": {key: {"share": "1/2", "realised": {"examples": n}} for key, n in realised.items()},
        }
        folder = self.root / "build" / mixture_id
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "manifest.json").write_text(json.dumps(manifest))

    def add_results(self, name: str, scoring: str = "letter", arms: tuple[str, ...] = tuple(ARMS)) -> None:
        trained = name != "base"
        model = str(self.checkpoint(name)) if trained else self.base_model
        time = f"2026-01-02T03-04-{len(self.times):02d}.123456"
        self.times[f"{name} {scoring}"] = time
        self.folder(name).mkdir(parents=True, exist_ok=True)
        tasks = {arm: f"medlong_openbook_{INFIX[scoring]}{arm}" for arm in arms}
        record = {
            "results": {},
            "configs": {task: {"task": task, "metadata": {"version": 1.0}} for task in tasks.values()},
            "versions": dict.fromkeys(tasks.values(), 1.0),
            "n-samples": {task: {"original": N_ITEMS, "effective": N_ITEMS} for task in tasks.values()},
            "config": {"model": "hf", "model_args": {"pretrained": model, "dtype": "float32"}},
            "chat_template_sha": None,
        }
        for arm, task in tasks.items():
            lines = sample_lines(name, arm, scoring, f"run-{name}" if trained else "")
            record["results"][task] = {"alias": task} | means(lines)
            text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
            (self.folder(name) / f"samples_{task}_{time}.jsonl").write_text(text)
        (self.folder(name) / f"results_{time}.json").write_text(json.dumps(record, indent=2))


def means(lines: list[dict[str, Any]]) -> dict[str, float]:
    """The scores of one task as lm_eval averages them."""
    scores: dict[str, list[float]] = {}
    for line in lines:
        if isinstance(line.get("acc"), float):
            scores.setdefault(f"acc,{line.get('filter')}", []).append(line["acc"])
    return {name: sum(found) / len(found) for name, found in scores.items()}


def sample_lines(name: str, arm: str, scoring: str, run_id: str) -> list[dict[str, Any]]:
    """The lines that lm_eval writes; which are right follows from the names alone."""
    lines = []
    for number in range(N_ITEMS):
        luck = random.Random(f"{name} {arm} {number}").random() * 0.7 + random.Random(f"{number}").random() * 0.3
        right = float(luck < SKILL[name.split("_")[0]] - ARMS[arm] / 80_000 - (CLOSED if arm == "closed" else 0))
        for kind in ("strict", "lenient") if scoring == "generate" else ("none",):
            score = 1.0 if kind == "lenient" else right
            lines.append(_line(number, arm, scoring, run_id, kind, score))
    return lines


def _line(number: int, arm: str, scoring: str, run_id: str, kind: str, acc: float) -> dict[str, Any]:
    book = f"{arm}-{number // BOOK_SIZE}" if ARMS[arm] else ""
    doc = {
        "id": f"item-{number:03d}",
        "kind": "lookup",
        "arm": arm,
        "length": ARMS[arm],
        "scoring": scoring,
        "bank": "formulary",
        "bank_version": "1",
        "book": book,
        "book_hash": f"hash of {book}" if book else "",
        "depth": (number % 5) / 5,
        "depth_fifth": number % 5,
        "n_tokens": max(ARMS[arm], 200),
        "question": f"Which dose of Zorvalin® is right ({number})?",
        "options": ["5 mg", "25 mg", "50 mg", "75 mg"],
        "letter": "ABCD"[number % 4],
        "run_id": run_id,
    }
    return {
        "doc_id": number,
        "doc": doc,
        "target": "A",
        "arguments": {"gen_args_0": {"arg_0": "the whole book " * 20, "arg_1": " A"}},
        "resps": [[["-1.5", "False"]]],
        "filtered_resps": [["-1.5", "False"]],
        "filter": kind,
        "metrics": ["acc", "no_answer", "overlength"],
        "doc_hash": "d",
        "prompt_hash": "p",
        "target_hash": "t",
        "acc": acc,
        "no_answer": 0,
        "overlength": 0,
    }


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def empty(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "study")


@pytest.fixture
def runs(empty: Runs) -> Runs:
    """A base model and two runs, five arms, one scoring, 60 items in books of five."""
    empty.add_results("base")
    for name in ("g50m50", "m100"):
        empty.add_run(name)
        empty.add_results(name)
    return empty
