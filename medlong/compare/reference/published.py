"""Published tables, read from the files beside this module, as tables beside those of a comparison."""

import math
from importlib.resources import files
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from medlong.catalog import unknown
from medlong.compare.comparison import Group
from medlong.compare.records import Mixture
from medlong.compare.sheet import NOTHING, Sheet, score
from medlong.config import Strict, load_yaml
from medlong.errors import DataError

WARNING = "published, other items: not comparable item by item"

SAME_SHARE = 0.005
"""Shares this near are the same ratio: a mixture of whole rows seldom meets one exactly."""


class Row(Strict):
    """One row of a published table."""

    name: str
    values: list[float]
    """As printed, one a column."""
    general: int | None = None
    """Parts of general data in what was trained on; None where the row is not of a mixture."""
    medical: int | None = None
    """Parts of medical data."""
    total: int | None = None
    """Examples trained on, where the row is of a quantity."""


class Table(Strict):
    """One published table."""

    table: str
    """Its number in the source."""
    caption: str
    rows_are: str
    """What the names of the rows mean."""
    columns: list[str]
    rows: list[Row] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_a_table(self) -> Self:
        for row in self.rows:
            if len(row.values) != len(self.columns):
                raise ValueError(f"{row.name}: {len(row.values)} values for {len(self.columns)} columns")
            if (row.general is None) != (row.medical is None):
                raise ValueError(f"{row.name}: give both general and medical, or neither")
        return self


class Reference(Strict):
    """One publication with the tables taken from it."""

    name: str
    """What `--reference` calls it."""
    title: str
    authors: str
    source: str
    read_from: str
    """Where the figures were read."""
    metric: str
    tables: list[Table] = Field(min_length=1)


def references() -> dict[str, Path]:
    """Return the files of all references by name."""
    folder = Path(str(files("medlong.compare.reference")))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def reference(name: str) -> Reference:
    """Return one reference.

    Raises:
        DataError: If there is none of this name.
        ConfigError: If its file is not as it should be.
    """
    known = references()
    if name not in known:
        raise DataError(f"--reference: {unknown('reference', name, known)}")
    return load_yaml(known[name], Reference)


def published_sheets(source: Reference, group: Group) -> list[Sheet]:
    """Return the published tables; where a row is of a mixture, with the runs of `group` on the same beside it."""
    arm = _arm(group)
    return [_sheet(source, table, group, arm) for table in source.tables]


def _sheet(source: Reference, table: Table, group: Group, arm: str) -> Sheet:
    of_mixtures = any(row.general is not None for row in table.rows)
    beside = f"ours, {arm}"
    headers = [table.rows_are, *table.columns, *([beside] if of_mixtures else [])]
    rows = []
    for row in table.rows:
        values = [f"{value:.2f}" for value in row.values]
        rows.append([row.name, *values, *([_ours(row, group, arm)] if of_mixtures else [])])
    caption = f"{source.source}, {table.table}: {table.caption}. {source.metric}. {WARNING.capitalize()}."
    if of_mixtures:
        caption += f" {beside.capitalize()}: runs trained on the same {'quantity' if table.rows[0].total else 'ratio'}."
    return Sheet(f"{table.table} of {source.source}: {WARNING}", headers, rows, 1, caption)


def _arm(group: Group) -> str:
    """The arm of ours that is nearest to the published exam: its own protocol, else the pages alone."""
    protocol = [arm for arm in group.arms if arm.startswith("paper_")]
    return next(iter([*protocol, *(arm for arm in group.arms if arm == "oracle")]), group.arms[0])


def _ours(row: Row, group: Group, arm: str) -> str:
    found = []
    for entry in group.entries:
        cell = group.cells.get((entry.key, arm))
        if cell and entry.mixture and _same(row, entry.mixture):
            found.append(f"{score(cell.accuracy)} ({entry.name})")
    return "; ".join(found) or NOTHING


def _same(row: Row, mixture: Mixture) -> bool:
    if row.general is None or row.medical is None:
        return False
    share = row.general / (row.general + row.medical)
    near = math.isclose(mixture.shares.get("general", 0.0), share, abs_tol=SAME_SHARE)
    pure = math.isclose(mixture.shares.get("medical", 0.0), 1 - share, abs_tol=SAME_SHARE)
    return near and pure and (row.total is None or (mixture.unit == "examples" and mixture.total == row.total))
