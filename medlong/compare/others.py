"""Scores of other lm_eval tasks (medqa, mmlu, ...), joined by id to the models that sat the exam."""

import math
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import polars as pl
from pydantic import ConfigDict

from medlong.catalog import RUN_FILE
from medlong.compare.entries import Entry, identity
from medlong.compare.faults import Faults
from medlong.compare.records import ROUNDING, TASK_PREFIX, Record, ResultsRecord, read_run
from medlong.compare.samples import read_lines
from medlong.compare.scan import Output
from medlong.compare.statistics import Estimate, paired_difference

PAIRED = ("acc", "acc_norm", "exact_match")
"""Metrics looked for in sample files that do not list theirs."""

SCHEMA = pl.Schema(
    {
        "entry": pl.String,
        "task": pl.String,
        "metric": pl.String,
        "filter": pl.String,
        "value": pl.Float64,
        "stderr": pl.Float64,
        "n": pl.Int64,
        "version": pl.String,
        "base": pl.String,
        "difference_n": pl.Int64,
        "difference": pl.Float64,
        "difference_se": pl.Float64,
        "difference_low": pl.Float64,
        "difference_high": pl.Float64,
    }
)
"""`stderr` is lm_eval's own; a difference is of the questions both models were asked, each its own cluster."""

QUESTIONS = pl.Schema(
    {
        "entry": pl.String,
        "task": pl.String,
        "metric": pl.String,
        "filter": pl.String,
        "question": pl.String,
        "score": pl.Float64,
    }
)
"""One row a question, metric and filter; `question` is lm_eval's `doc_id`."""


class Answer(Record):
    """One line of a sample file of any task; its metrics are among the extra fields."""

    model_config = ConfigDict(extra="allow", frozen=True)

    doc_id: int
    doc_hash: str
    filter: str


@dataclass(frozen=True, slots=True)
class Other:
    """One other task of one results file."""

    entry: str
    task: str
    path: Path
    record: ResultsRecord
    samples: Path | None


def claim(
    records: Sequence[tuple[Output, ResultsRecord]], entries: Mapping[str, Entry], by_path: Mapping[Path, str]
) -> tuple[list[Other], list[Path]]:
    """Return the other tasks of every known model, and the results files whose model sat no exam.

    Args:
        records: All results files.
        entries: The models that sat the exam, by entry key.
        by_path: The entry key of a results file that holds exam results too.
    """
    found, strangers = [], []
    for output, record in records:
        tasks = sorted(task for task in record.results if not task.startswith(TASK_PREFIX))
        key = by_path.get(output.results) or _model(record, entries)
        if tasks and key is None:
            strangers.append(output.results)
        elif key is not None:
            found += [Other(key, task, output.results, record, output.samples.get(task)) for task in tasks]
    return found, strangers


def scores(
    found: Sequence[Other],
    families: Sequence[tuple[Entry, list[Entry]]],
    faults: Faults,
    kept: Collection[str] = (),
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return one row a model, task, metric and filter (`SCHEMA`), in the order of `families`, and single questions.

    The questions are those of the tasks `kept` (`QUESTIONS`).
    """
    by_entry: dict[str, list[Other]] = {}
    for other in found:
        by_entry.setdefault(other.entry, []).append(other)
    rows: list[dict[str, object]] = []
    questions = [pl.DataFrame(schema=QUESTIONS)]
    for base, others in families:
        members = [other for entry in (base, *others) for other in by_entry.get(entry.key, [])]
        names = {entry.key: entry.name for entry in (base, *others)}
        tasks = sorted(members, key=lambda other: other.task)
        for task, group in groupby(tasks, key=lambda other: other.task):
            single = questions if task in kept else None
            rows += _of_task(list(group), base, names, faults, single)
    return pl.DataFrame(rows, schema=SCHEMA), pl.concat(questions)


def _model(record: ResultsRecord, entries: Mapping[str, Entry]) -> str | None:
    """The entry of a results file without samples of the exam, by the run record beside its weights or its model."""
    arguments = record.model_args()
    adapter = next((str(arguments[name]) for name in ("peft", "delta") if arguments.get(name)), None)
    for spelling in (Path(adapter or record.model()).absolute(), Path(os.path.realpath(adapter or record.model()))):
        for folder in (spelling, *spelling.parents):
            if (folder / RUN_FILE).exists():
                run = read_run(folder / RUN_FILE, Faults())
                return run.run_id if run and run.run_id in entries else None
    key = f"model:{identity(record.model())}"
    return key if adapter is None and key in entries else None


def _of_task(
    members: list[Other],
    base: Entry,
    names: Mapping[str, str],
    faults: Faults,
    questions: list[pl.DataFrame] | None,
) -> list[dict[str, object]]:
    """Rows of one task; its single questions are added to `questions`, unless that is None."""
    seen: dict[str, Other] = {}
    first = members[0]
    for other in members:
        known = seen.setdefault(other.entry, other)
        if known is not other:
            text = f"a second result of {names[other.entry]} on {other.task}, beside {known.path}"
            faults.add(other.path, f"{text}; keep one of the two")
        for what, values in (("task version", "versions"), ("n-shot", "n_shot")):
            value, wanted = (getattr(one.record, values).get(other.task) for one in (other, first))
            if value != wanted:
                text = f"{what} of {other.task} {value!r} ({names[other.entry]}), but {first.path} has {wanted!r}"
                faults.add(other.path, f"{text} ({names[first.entry]}); evaluate both alike")
    keep = questions is not None
    reference = _answers(seen[base.key], faults) if base.key in seen and (keep or len(seen) > 1) else {}
    rows = []
    for other in seen.values():
        own = reference if other.entry == base.key else _answers(other, faults) if keep or reference else {}
        differences = {} if other.entry == base.key else _differences(other, own, reference, faults)
        if questions is not None:
            questions.append(_questions(other, own))
        rows += [
            row | {"base": base.name} | differences.get((row["metric"], row["filter"]), {}) for row in _rows(other)
        ]
    return rows


def _rows(other: Other) -> list[dict[str, object]]:
    values = other.record.results[other.task]
    counts = [other.record.n_samples.get(task, {}).get("effective") for task in _leaves(other)]
    numbers = [count for count in counts if isinstance(count, int)]
    version = other.record.versions.get(other.task)
    rows: list[dict[str, object]] = []
    for name, value in sorted(values.items()):
        metric, comma, filtered = name.partition(",")
        number = _number(value)
        if not comma or metric.endswith("_stderr") or number is None:
            continue
        rows.append(
            {
                "entry": other.entry,
                "task": other.task,
                "metric": metric,
                "filter": filtered,
                "value": number,
                "stderr": _number(values.get(f"{metric}_stderr,{filtered}")),
                "n": sum(numbers) if numbers and len(numbers) == len(counts) else None,
                "version": "" if version is None else str(version),
            }
        )
    return rows


def _leaves(other: Other) -> list[str]:
    """The tasks that are asked: those below a group such as mmlu, groups within groups included."""
    below, leaves = [other.task], []
    while below:
        task = below.pop()
        inner = other.record.group_subtasks.get(task, [])
        below += inner
        if not inner:
            leaves.append(task)
    return leaves


Answers = dict[tuple[str, str], dict[int, tuple[str, float]]]
"""By metric and filter: the hash of the question and the score, by number of the question."""


def _answers(other: Other, faults: Faults) -> Answers:
    found: Answers = {}
    if other.samples is None:
        return found
    for answer, scored in read_lines(other.samples, Answer, _scored, faults)[0]:
        for metric, value in scored.items():
            known = found.setdefault((metric, answer.filter), {})
            if answer.doc_id in known:
                faults.add(other.samples, f"doc_id {answer.doc_id} occurs twice; keep one evaluation a file")
            known[answer.doc_id] = answer.doc_hash, value
    return {key: answers for key, answers in found.items() if _is_mean(other, key, answers)}


def _is_mean(other: Other, key: tuple[str, str], answers: Mapping[int, tuple[str, float]]) -> bool:
    """Whether a metric is a rate of single questions: each 0 to 1, and their mean what lm_eval says of the task.

    Two models can be paired on such a metric. A score of all answers together, as of BLEU, is none; nor is one that
    was changed by hand in one of the two files.
    """
    said = _number(other.record.results[other.task].get(",".join(key)))
    values = [value for _, value in answers.values()]
    in_range = all(0 <= value <= 1 for value in values)
    return said is not None and in_range and abs(math.fsum(values) / len(values) - said) <= ROUNDING


def _questions(other: Other, own: Answers) -> pl.DataFrame:
    rows = [
        (other.entry, other.task, metric, filtered, str(number), score)
        for (metric, filtered), answers in own.items()
        for number, (_, score) in answers.items()
    ]
    return pl.DataFrame(rows, schema=QUESTIONS, orient="row")


def _scored(answer: Answer) -> tuple[Answer, dict[str, float]]:
    extra = answer.model_extra or {}
    slim = Answer(doc_id=answer.doc_id, doc_hash=answer.doc_hash, filter=answer.filter)
    names = extra.get("metrics")
    listed = [name for name in names if isinstance(name, str)] if isinstance(names, list) else PAIRED
    return slim, {name: number for name in listed if (number := _number(extra.get(name))) is not None}


def _number(value: object) -> float | None:
    """A score; None for anything that is none, such as lm_eval's `N/A` and the NaN of a metric that is not defined."""
    if not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _differences(
    other: Other, own: Answers, reference: Answers, faults: Faults
) -> dict[tuple[object, object], dict[str, object]]:
    found: dict[tuple[object, object], dict[str, object]] = {}
    for key in sorted(own.keys() & reference.keys()):
        shared = sorted(own[key].keys() & reference[key].keys())
        changed = [number for number in shared if own[key][number][0] != reference[key][number][0]]
        if changed:
            text = f"{len(changed)} questions of {other.task} are others than the base's (first: doc_id {changed[0]})"
            faults.add(other.samples or other.path, f"{text}; evaluate both on the same data")
        elif shared:
            first, second = ([answers[key][number][1] for number in shared] for answers in (own, reference))
            found[key] = _columns(paired_difference(first, second, [str(number) for number in shared]))
    return found


def _columns(estimate: Estimate) -> dict[str, object]:
    return {
        "difference_n": estimate.n,
        "difference": estimate.value,
        "difference_se": estimate.se,
        "difference_low": estimate.low,
        "difference_high": estimate.high,
    }
