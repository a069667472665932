"""Read everything under the scanned folders and join it by id; nothing is paired by position or guessed."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.progress import track

from medlong.compare.entries import Entry, entry_for
from medlong.compare.faults import Faults
from medlong.compare.others import Other, claim
from medlong.compare.records import (
    ROUNDING,
    Mixture,
    ResultsRecord,
    Run,
    read_bytes,
    read_mixtures,
    read_results,
    read_runs,
)
from medlong.compare.samples import NAME, count_primary, read_samples
from medlong.compare.scan import Output, scan
from medlong.errors import DataError


@dataclass(frozen=True, slots=True)
class Unmatched:
    """What was found on one side only, and so enters no number."""

    runs: tuple[str, ...] = ()
    """Names of runs without exam results."""
    mixtures: tuple[str, ...] = ()
    """Names of mixtures that no run was trained on."""
    results: tuple[str, ...] = ()
    """Results files of other tasks whose model sat no exam."""
    arms: tuple[tuple[str, str], ...] = ()
    """Name of a model and a task that others of its base were asked and it was not."""

    def notes(self) -> list[str]:
        """Return the same in words, one line each; arms are named where they are compared."""
        return [
            *(f"{name}: no exam results found, left out" for name in self.runs),
            *(f"mixture {name}: no run was trained on it" for name in self.mixtures),
            *(f"{path}: its model sat no exam of medlong, left out" for path in self.results),
        ]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found: who sat the exam, and every answer's score."""

    entries: list[Entry]
    """Untrained models first, then runs by mixture, total and name."""
    samples: pl.DataFrame
    """The columns of `medlong.compare.samples.SCHEMA`, and `entry`, `results` and `task_version`."""
    templates: dict[str, frozenset[str]]
    """The hashes of the chat templates each entry was asked with, by entry key."""
    others: list[Other]
    """Other lm_eval tasks of these models."""
    unmatched: Unmatched


@dataclass(frozen=True, slots=True)
class _Part:
    """One results file with its samples."""

    path: Path
    record: ResultsRecord
    samples: pl.DataFrame


def read_evidence(folders: Sequence[Path]) -> Evidence:
    """Return all evidence under `folders`, joined to runs and mixtures.

    Raises:
        DataError: If there is none, or any file is broken, orphaned or contradicts another.
    """
    found = scan(folders)
    faults = Faults()
    for path in found.orphans:
        faults.add(path, "samples without the results file of the same time; evaluate the task again")
    runs, mixtures = read_runs(found.runs, faults), read_mixtures(found.manifests, faults)
    records = _results(found.outputs, faults)
    if not any(record.tasks() for _, record in records) and not found.orphans:
        faults.raise_if_any()
        where = ", ".join(str(folder) for folder in folders)
        raise DataError(f"no medlong results (results_*.json of lm_eval) under {where}")
    parts = _parts(records, faults)
    faults.raise_if_any()
    return _join(parts, runs, mixtures, records)


def _results(outputs: list[Output], faults: Faults) -> list[tuple[Output, ResultsRecord]]:
    pairs = []
    for output in outputs:
        named_by_user = not output.results.name.startswith("results_")
        if named_by_user and not output.samples:
            content = read_bytes(output.results, faults)
            if content is None or b'"configs"' not in content:
                continue
        record = read_results(output.results, faults)
        if record:
            pairs.append((output, record))
    return pairs


def _parts(records: list[tuple[Output, ResultsRecord]], faults: Faults) -> list[_Part]:
    jobs = [(output, record, task) for output, record in records for task in record.tasks()]
    frames: dict[Path, list[pl.DataFrame]] = {}
    quiet = not sys.stderr.isatty()
    bar = track(jobs, "Reading samples", console=Console(stderr=True), transient=True, disable=quiet)
    for output, record, task in bar:
        path = output.samples.get(task)
        if path is None:
            faults.add(output.results, f"no samples of {task} beside it; evaluate again with --log_samples")
            continue
        frame = read_samples(path, task, faults)
        _check_against_results(path, task, frame, record, faults)
        version = str(record.versions.get(task, ""))
        frames.setdefault(output.results, []).append(frame.with_columns(task_version=pl.lit(version, dtype=NAME)))
    return [
        _Part(output.results, record, pl.concat(frames[output.results]))
        for output, record in records
        if output.results in frames
    ]


def _check_against_results(path: Path, task: str, frame: pl.DataFrame, record: ResultsRecord, faults: Faults) -> None:
    """Refuse a file that has lost or gained items, or whose scores are others than those lm_eval averaged."""
    said = record.n_samples.get(task, {}).get("effective")
    there = count_primary(frame)
    if isinstance(said, int) and said != there:
        faults.add(path, f"has {there} readable items, but the results file says {said}; evaluate the task again")
        return
    for (name,), rows in frame.group_by("filter"):
        mean, said = rows["acc"].mean(), record.results.get(task, {}).get(f"acc,{name}")
        if isinstance(mean, float) and isinstance(said, float) and abs(mean - said) > ROUNDING:
            text = f"its scores average {mean:.6f}, but the results file says {said:.6f}: one of the two was changed"
            faults.add(path, f"{text}; evaluate the task again")


def _join(
    parts: list[_Part],
    runs: dict[str, Run],
    mixtures: dict[str, Mixture],
    records: list[tuple[Output, ResultsRecord]],
) -> Evidence:
    faults = Faults()
    by_path: dict[Path, str] = {}
    entries: dict[str, Entry] = {}
    templates: dict[str, frozenset[str]] = {}
    frames = []
    for part in parts:
        ids = part.samples["run_id"].unique().sort().to_list()
        if len(ids) != 1:
            faults.add(part.path, f"its sample files carry several run ids ({', '.join(map(repr, ids))})")
            continue
        entry = entry_for(ids[0], part.path, part.record, runs, mixtures, faults)
        if entry is None:
            continue
        entries[entry.key] = entry
        by_path[part.path] = entry.key
        template = frozenset({part.record.chat_template_sha or ""})
        templates[entry.key] = templates.get(entry.key, frozenset()) | template
        frames.append(
            part.samples.with_columns(entry=pl.lit(entry.key, dtype=NAME), results=pl.lit(str(part.path), dtype=NAME))
        )
    faults.raise_if_any()
    samples = pl.concat(frames).sort("entry", "task", "arm", "filter", "item", "file")
    others, strangers = claim(records, entries, by_path)
    trained_on = {run.record.mixture_id for run in runs.values()}
    unmatched = Unmatched(
        runs=tuple(run.name for key, run in sorted(runs.items()) if key not in entries),
        mixtures=tuple(sorted(mixture.name for key, mixture in mixtures.items() if key not in trained_on)),
        results=tuple(sorted(str(path) for path in strangers)),
    )
    return Evidence(sorted(_distinct(entries), key=_order), samples, templates, others, unmatched)


def _distinct(entries: dict[str, Entry]) -> list[Entry]:
    """The entries, with the whole model name where the last part of it names two of them."""
    names = [entry.name for entry in entries.values()]
    return [
        replace(entry, name=entry.model) if entry.run is None and names.count(entry.name) > 1 else entry
        for entry in entries.values()
    ]


def _order(entry: Entry) -> tuple[bool, str, int, str, str]:
    mixture = entry.mixture
    return (
        entry.run is not None,
        mixture.name if mixture else "",
        mixture.total if mixture else 0,
        entry.name,
        entry.key,
    )
