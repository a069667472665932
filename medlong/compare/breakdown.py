"""Accuracy by a property of the items, and in conflict arms the answers that keep to what is true."""

from typing import NamedTuple

import polars as pl

from medlong.compare.comparison import Comparison, Group
from medlong.compare.samples import primary
from medlong.compare.score_tables import row_name
from medlong.compare.sheet import NOTHING, Sheet, score
from medlong.compare.statistics import Estimate, clustered_mean
from medlong.errors import DataError

PROPERTIES = ("kind", "language", "depth_fifth", "letter")
"""Columns of the samples that a table can be broken down by."""

OWN = "own_knowledge"
"""Metric of the conflict arms: whether what is true was answered, against the pages."""

BY = (
    "Percent right ± one standard error, clustered by book, on the items of each {by}; n = items in the largest arm, "
    f"±{NOTHING} where too few books differ for an error."
)
CONFLICT = (
    "Arms whose pages contradict what is true: percent answered as the pages say, and percent answered with what is "
    "true instead, ± one standard error clustered by book."
)


class Part(NamedTuple):
    """The accuracy of one model in one arm on the items of one value of the property."""

    entry: str
    value: str
    arm: str
    accuracy: Estimate


def breakdown(comparison: Comparison, group: Group, by: str) -> list[Part]:
    """Return the accuracy of every model and arm for each value of `by`, one of `PROPERTIES`, sorted by value.

    Items without a value (a depth, in arms without a book) and those longer than the window are left out.

    Raises:
        DataError: If no item of the group has a value.
    """
    value = pl.col(by).cast(pl.String)
    rows = _counted(comparison, group).with_columns(value=value).filter(value.is_not_null() & (value != ""))
    if rows.is_empty():
        raise DataError(f"--by {by}: the samples of {group.exam.family} do not say the {by} of their items")
    parts = rows.sort("entry", "value", "arm", "item").group_by("entry", "value", "arm", maintain_order=True)
    return [Part(entry, name, arm, _mean(part, "acc")) for (entry, name, arm), part in parts]


def own_knowledge(comparison: Comparison, group: Group) -> dict[tuple[str, str], Estimate]:
    """Return the share answered with what is true, by entry key and conflict arm; empty where it is not recorded."""
    rows = _counted(comparison, group).filter(pl.col(OWN).is_not_null())
    parts = rows.sort("entry", "arm", "item").group_by("entry", "arm", maintain_order=True)
    return {(entry, arm): _mean(part, OWN) for (entry, arm), part in parts}


def breakdown_sheet(comparison: Comparison, group: Group, by: str) -> Sheet:
    """Return the accuracy of every model by `by`, one row a model and value, one column an arm."""
    parts = {(part.entry, part.value, part.arm): part.accuracy for part in breakdown(comparison, group, by)}
    values = list(dict.fromkeys(value for _, value, _ in sorted(parts, key=lambda part: part[1])))
    rows = []
    for entry in group.entries:
        for value in values:
            found = [parts.get((entry.key, value, arm)) for arm in group.arms]
            n = max((estimate.n for estimate in found if estimate), default=0)
            rows.append([row_name(group, entry), value, str(n), *(score(estimate) for estimate in found)])
    return Sheet(f"Accuracy by {by}", ["run", by, "n", *group.arms], rows, 3, BY.replace("{by}", by))


def own_knowledge_sheet(comparison: Comparison, group: Group) -> Sheet | None:
    """Return what was answered in conflict arms, pages against own knowledge; None where it is not recorded."""
    found = own_knowledge(comparison, group)
    rows = []
    for entry in group.entries:
        for arm in group.arms:
            cell, own = group.cells.get((entry.key, arm)), found.get((entry.key, arm))
            if own:
                pages = score(cell.accuracy) if cell else NOTHING
                rows.append([row_name(group, entry), arm, pages, score(own)])
    headers = ["run", "arm", "as the pages say", "own knowledge"]
    return Sheet("Pages against own knowledge", headers, rows, 2, CONFLICT) if rows else None


def _counted(comparison: Comparison, group: Group) -> pl.DataFrame:
    exam, keys = group.exam, [entry.key for entry in group.entries]
    same = (pl.col("family") == exam.family) & (pl.col("bank") == exam.bank) & (pl.col("scoring") == exam.scoring)
    own = pl.when(pl.col("book") == "").then("item:" + pl.col("item")).otherwise("book:" + pl.col("book"))
    rows = primary(comparison.samples).filter(same & pl.col("entry").is_in(keys) & ~pl.col("overlength"))
    return rows.with_columns(cluster=own)


def _mean(part: pl.DataFrame, column: str) -> Estimate:
    return clustered_mean(part[column].cast(pl.Float64).to_numpy(), part["cluster"].to_list())
