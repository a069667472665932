"""Find the files a comparison needs; nothing is opened here."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from medlong.catalog import RUN_FILE
from medlong.errors import DataError

SKIPPED = frozenset({"last_run_prepared", "site-packages", "node_modules", "__pycache__"})

# EvaluationTracker in lm_eval/loggers/evaluation_tracker.py names its files with
# `datetime.now().isoformat().replace(":", "-")`; the microseconds are absent when they are zero.
# `--output_path x.json` gives x_<time>.json in place of results_<time>.json.
_TIME = r"(?P<time>\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d+)?)"
_RESULTS = re.compile(rf".+_{_TIME}\.json")
_SAMPLES = re.compile(rf"samples_(?P<task>.+)_{_TIME}\.jsonl")


@dataclass(frozen=True, slots=True)
class Output:
    """The files that one call of lm_eval left: aggregated results, and samples by task name."""

    results: Path
    samples: dict[str, Path]


@dataclass(frozen=True, slots=True)
class Found:
    """Everything of interest under the scanned folders, sorted by path."""

    outputs: list[Output]
    orphans: list[Path]
    """Sample files with no results file of their time beside them."""
    runs: list[Path]
    manifests: list[Path]


def scan(folders: Sequence[Path]) -> Found:
    """Return the lm_eval outputs, run records and mixture manifests under `folders`.

    A file reached by two of the folders counts once. Hidden folders, prepared data sets and
    installed packages are not entered.

    Raises:
        DataError: If a folder does not exist or is a file.
    """
    results: dict[tuple[Path, str], Path] = {}
    samples: dict[tuple[Path, str], dict[str, Path]] = {}
    runs, manifests = [], []
    for path in _files(folders):
        if path.name == RUN_FILE:
            runs.append(path)
        elif path.name == "manifest.json":
            manifests.append(path)
        elif match := _SAMPLES.fullmatch(path.name):
            samples.setdefault((path.parent, match["time"]), {})[match["task"]] = path
        elif match := _RESULTS.fullmatch(path.name):
            results[path.parent, match["time"]] = path
    outputs = [Output(path, samples.pop(key, {})) for key, path in results.items()]
    orphans = [path for group in samples.values() for path in group.values()]
    return Found(outputs, orphans, runs, manifests)


def _files(folders: Sequence[Path]) -> list[Path]:
    seen: dict[str, Path] = {}
    for folder in folders:
        if not folder.is_dir():
            what = "is a file, expected a folder" if folder.exists() else "no such folder"
            raise DataError(f"{folder}: {what}; give the folders that hold results, runs and mixtures")
        for path in _walk(folder):
            seen.setdefault(os.path.realpath(path) if path.exists() else str(path), path)
    return [seen[real] for real in sorted(seen)]


def _walk(folder: Path) -> Iterator[Path]:
    for root, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if name not in SKIPPED and not name.startswith(".")]
        for name in names:
            if name.endswith((".json", ".jsonl")) and not name.startswith("."):
                yield Path(root, name)
