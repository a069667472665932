"""The scores of one group as arrays: every model, arm and item, with the books the items stand in."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from medlong.compare.comparison import Comparison, Group
from medlong.compare.measure import ORACLE, is_length
from medlong.compare.samples import primary
from medlong.inference.clusters import joined

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of 0 to 1, nan where an item was not asked or did not fit the window."""

    values: dict[tuple[str, str], Floats]
    """By entry key and arm, items in one order throughout."""
    books: dict[str, npt.NDArray[np.str_]]
    """By arm, the cluster of each item: its book, or itself where there is none."""
    lengths: tuple[str, ...]
    """Arms with books that every model sat, shortest first."""
    knowledge: str | None
    """The arm that shows knowledge: closed book, else the oracle; None where not all models sat either."""
    apart: tuple["Apart", ...]
    """Tasks chosen to show knowledge in its place; empty where none are."""

    def change(self, entry: str, base: str, arm: str) -> Floats:
        """Return model minus base by item, nan where one of them has no score."""
        return self.values[entry, arm] - self.values[base, arm]


@dataclass(frozen=True, slots=True)
class Apart:
    """One task on other items than the exam's."""

    task: str
    values: dict[str, Floats]
    """By entry key, questions in one order throughout; nan where one was not asked."""
    clusters: Ints
    """Of each question, from 0."""


def scores(comparison: Comparison, group: Group) -> Scores:
    """Return the scores of `group`, of the samples that count."""
    keys = [entry.key for entry in group.entries]
    rows = primary(comparison.samples).filter(
        pl.col("entry").is_in(keys)
        & (pl.col("family") == group.exam.family)
        & (pl.col("bank") == group.exam.bank)
        & (pl.col("scoring") == group.exam.scoring)
    )
    items = rows["item"].unique().sort()
    position = {item: index for index, item in enumerate(items.to_list())}
    values = {key: np.full(items.len(), np.nan) for key in group.cells}
    books: dict[str, npt.NDArray[np.str_]] = {}
    for (entry, arm), found in rows.sort("entry", "arm", "item").group_by(["entry", "arm"], maintain_order=True):
        at = [position[item] for item in found["item"].to_list()]
        fits = ~found["overlength"].to_numpy()
        values[str(entry), str(arm)][at] = np.where(fits, found["acc"].to_numpy(), np.nan)
        names = books.setdefault(str(arm), np.array([f"item:{item}" for item in items.to_list()], dtype=object))
        for index, book in zip(at, found["book"].to_list(), strict=True):
            names[index] = f"book:{book}" if book else names[index]
    common = [arm for arm in group.arms if all((key, arm) in group.cells for key in keys)]
    lengths = tuple(arm for arm in common if is_length(arm))
    knowledge = next((arm for arm in (CLOSED, ORACLE) if arm in common), None)
    chosen = comparison.knowledge["task"].unique().sort().to_list()
    own = next((arm for arm in common if chosen == [f"{group.exam.family}_{arm}"]), None)
    apart = () if own else tuple(_apart(comparison.knowledge, task, keys) for task in chosen)
    return Scores(
        values, {arm: names.astype(np.str_) for arm, names in books.items()}, lengths, own or knowledge, apart
    )


def _apart(questions: pl.DataFrame, task: str, keys: list[str]) -> Apart:
    rows = questions.filter((pl.col("task") == task) & pl.col("entry").is_in(keys))
    asked = rows.unique("question").sort("question")
    order = asked.select("question").with_row_index()
    values = {key: np.full(asked.height, np.nan) for key in keys}
    for (entry,), found in rows.join(order, on="question").group_by(["entry"]):
        values[str(entry)][found["index"].to_numpy()] = found["score"].to_numpy()
    return Apart(task, values, coded(asked["cluster"].to_numpy().astype(np.str_)))


def coded(names: npt.NDArray[np.str_]) -> Ints:
    """Return cluster names as whole numbers from 0."""
    return np.asarray(np.unique(names, return_inverse=True)[1], dtype=np.int64)


def clusters(found: Scores) -> Ints:
    """Return one clustering of the items for all lengths at once."""
    return joined([found.books[arm].tolist() for arm in found.lengths])


def counted(*columns: Floats) -> Mask:
    """Return which items have every score."""
    return np.asarray(~np.isnan(np.stack(columns)).any(axis=0))
