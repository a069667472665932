"""Knowledge by tasks of the user's choice: how every model answered their questions, one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from medlong.catalog import unknown
from medlong.compare.entries import Entry
from medlong.compare.others import Other
from medlong.errors import DataError

SCHEMA = pl.Schema(
    {"entry": pl.String, "task": pl.String, "question": pl.String, "cluster": pl.String, "score": pl.Float64}
)

OPTION = "--knowledge"
FIRST = "acc,none"
"""Taken where a task has several metrics and none is named."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One task that knowledge is taken from, as the user wrote it: `TASK`, `TASK:METRIC` or `TASK:METRIC,FILTER`."""

    task: str
    metric: str

    def __str__(self) -> str:
        return f"{self.task}:{self.metric}" if self.metric else self.task


def parse(text: str) -> Wanted:
    """Return a task and its metric, empty where none is named."""
    task, _, metric = text.partition(":")
    return Wanted(task, metric)


def check_tasks(wanted: Sequence[Wanted], samples: pl.DataFrame, others: Sequence[Other]) -> None:
    """Raise unless every task is there and is asked question by question.

    Raises:
        DataError: With the names there are, or the tasks of a group.
    """
    exams = set(samples["task"].unique())
    tasks = exams | {other.task for other in others}
    for one in wanted:
        if one.task not in tasks:
            raise DataError(f"{OPTION}: {unknown('task', one.task, tasks)}")
        if one.metric and one.task in exams:
            raise DataError(f"{OPTION} {one}: the tasks of medlong have one score; leave :{one.metric} out")
        below = {task for other in others for task in other.record.group_subtasks.get(one.task, ())}
        if below and one.task not in exams:
            text = f"a group has no questions of its own; name its tasks, each with {OPTION}"
            raise DataError(f"{OPTION} {one}: {text}: {', '.join(sorted(below))}")


def known(
    wanted: Sequence[Wanted], samples: pl.DataFrame, questions: pl.DataFrame, entries: Sequence[Entry]
) -> pl.DataFrame:
    """Return the columns of `SCHEMA`: every question of the tasks, by every model.

    Args:
        wanted: The tasks; `check_tasks` has passed them.
        samples: Of the exams, those that count.
        questions: Of the other tasks, with the columns of `others.QUESTIONS`.
        entries: All models that are compared; each must have been asked.

    Raises:
        DataError: If a model lacks a task, or which metric is meant is not known.
    """
    names = {entry.key: entry.name for entry in entries}
    frames = [pl.DataFrame(schema=SCHEMA)]
    for one in dict.fromkeys(wanted):
        rows = _of_exam(one, samples) if one.task in samples["task"].unique() else _of_other(one, questions, names)
        rows = rows.filter(pl.col("entry").is_in(list(names)))
        lacking = [names[key] for key in names if key not in set(rows["entry"])]
        if lacking:
            text = f"no answers to its questions by {', '.join(lacking)}"
            raise DataError(f"{OPTION} {one}: {text}; evaluate all models on it, with --log_samples")
        frames.append(rows)
    return pl.concat(frames).sort("task", "entry", "question")


def _of_exam(one: Wanted, samples: pl.DataFrame) -> pl.DataFrame:
    item, book = pl.col("item").cast(pl.String), pl.col("book").cast(pl.String)
    own = pl.when(book == "").then("item:" + item).otherwise("book:" + book)
    rows = samples.filter((pl.col("task") == one.task) & ~pl.col("overlength"))
    columns = (pl.col("entry").cast(pl.String), pl.col("task").cast(pl.String))
    return rows.select(*columns, question=item, cluster=own, score="acc")


def _of_other(one: Wanted, questions: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    rows = questions.filter((pl.col("task") == one.task) & pl.col("entry").is_in(list(names)))
    column = pl.concat_str("metric", "filter", separator=",")
    found = rows.select(column.alias("name")).unique()["name"].sort().to_list()
    fitting = [name for name in found if one.metric in ("", name, name.partition(",")[0])]
    chosen = FIRST if FIRST in fitting else fitting[0] if len(fitting) == 1 else None
    if found and chosen is None:
        what = "which of its metrics is meant is not known" if fitting else "has no such score question by question"
        known_names = ", ".join(f"{one.task}:{name}" for name in found)
        raise DataError(f"{OPTION} {one}: {what}; name one of {known_names}")
    return rows.filter(column == (chosen or "")).select(
        "entry", "task", "question", pl.col("question").alias("cluster"), "score"
    )
