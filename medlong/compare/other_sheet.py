"""The table of other lm_eval tasks of the same models."""

from typing import Any

import polars as pl

from medlong.compare.comparison import Comparison
from medlong.compare.sheet import MARK, NOTHING, Sheet, change
from medlong.compare.statistics import Estimate
from medlong.errors import DataError

TITLE = "Other tasks"
OTHERS = (
    "Scores and standard errors are lm_eval's own; rates in percent, anything outside 0 to 1 as it is. Difference: "
    f"model minus base on the questions both were asked ± one standard error, each question its own cluster. {MARK} = "
    "the 95 % interval excludes 0, with no correction for the number of comparisons."
)


def other_sheet(comparison: Comparison) -> Sheet | None:
    """Return one row a task, metric and model, the models of a task together; None where there are no other tasks."""
    names = {entry.key: entry.name for group in comparison.groups for entry in group.entries}
    order = {key: place for place, key in enumerate(names)}
    found = sorted(
        comparison.others.iter_rows(named=True),
        key=lambda row: (row["task"], row["metric"], row["filter"], order[row["entry"]]),
    )
    if not found:
        return None
    rows = []
    for row in found:
        metric = row["metric"] if row["filter"] == "none" else f"{row['metric']} ({row['filter']})"
        count = NOTHING if row["n"] is None else str(row["n"])
        rows.append(
            [names[row["entry"]], row["task"], metric, count, _score(row["value"], row["stderr"]), _change(row)]
        )
    headers = ["run", "task", "metric", "questions", "score", "difference"]
    return Sheet(TITLE, headers, rows, 4, OTHERS, n_names=3)


def others_csv(comparison: Comparison) -> str:
    """Return every score of other tasks as CSV, `run` being the name of the row; scores as lm_eval has them.

    Raises:
        DataError: If no model was asked another task.
    """
    if comparison.others.is_empty():
        raise DataError("--others-csv: no model that sat the exam has results of other lm_eval tasks")
    names = {entry.key: entry.name for group in comparison.groups for entry in group.entries}
    named = comparison.others.select(pl.col("entry").replace_strict(names).alias("run"), pl.exclude("entry"))
    return named.write_csv(float_precision=6)


def _score(value: float, error: float | None) -> str:
    rate = 0 <= value <= 1
    scale, digits = (100, 1) if rate else (1, 3)
    return f"{scale * value:.{digits}f}" + ("" if error is None else f"±{scale * error:.{digits}f}")


def _change(row: dict[str, Any]) -> str:
    """The paired difference; only metrics that are one number of 0 to 1 a question have one."""
    if row["difference"] is None:
        return NOTHING
    names = ("difference", "difference_se", "difference_low", "difference_high", "difference_n", "difference_n")
    estimate = Estimate(*(row[name] for name in names))
    return change(estimate, estimate.excludes_zero())
