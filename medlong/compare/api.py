"""A comparison for notebooks and scripts: its tables, and every number as a data frame."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from medlong.compare import comparison as joined
from medlong.compare.analysis import Analysis
from medlong.compare.comparison import Comparison
from medlong.compare.export import to_polars
from medlong.compare.inference import analyses
from medlong.compare.table import Sheet, View, sections
from medlong.errors import MissingPackageError

if TYPE_CHECKING:
    import pandas as pd

Place = str | os.PathLike[str]


@dataclass(frozen=True)
class Compared:
    """What was found, with its analysis worked out when it is first asked for."""

    comparison: Comparison

    @cached_property
    def analyses(self) -> tuple[Analysis, ...]:
        """What was inferred about each group."""
        return analyses(self.comparison)

    @property
    def samples(self) -> pl.DataFrame:
        """One row an item, arm, model and answer filter."""
        return self.comparison.samples

    @property
    def notes(self) -> tuple[str, ...]:
        """Assumptions made and things left out."""
        return self.comparison.notes

    @property
    def tables(self) -> list[Sheet]:
        """Every table of the report in its order, as text cells with title, headers and caption."""
        return [sheet for section in sections(self.comparison, View(self.analyses)) for sheet in section.tables]

    def to_polars(self) -> pl.DataFrame:
        """Return one row a model and arm with the columns of the CSV; null where there is no such number."""
        return to_polars(self.comparison, self.analyses)

    def to_pandas(self) -> "pd.DataFrame":
        """Return the same as a pandas frame.

        Raises:
            MissingPackageError: If pandas is not installed.
        """
        try:
            import pandas as pd
        except ModuleNotFoundError:
            raise MissingPackageError(
                "to_pandas needs the package pandas; install it with: pip install pandas"
            ) from None
        frame = self.to_polars()
        return pd.DataFrame({name: frame[name].to_list() for name in frame.columns})


def load(
    folders: Place | Iterable[Place],
    *,
    scoring: str | None = None,
    kinds: Sequence[str] = (),
    base: str | None = None,
    allow_partial: bool = False,
    knowledge: Sequence[str] = (),
) -> Compared:
    """Return the comparison of everything found under `folders`, one or several.

    Args:
        folders: Scanned with all they contain.
        scoring: Keep only exams of this scoring; None keeps all.
        kinds: Keep only items of these kinds; empty keeps all.
        base: Name of the row that all others are compared with, in place of each run's base model.
        allow_partial: Compare on shared items when models were not all asked the same ones.
        knowledge: Tasks whose mean score is taken for knowledge, each `TASK`, `TASK:METRIC` or `TASK:METRIC,FILTER`;
            empty takes the closed book of each exam.

    Raises:
        DataError: With every fault at once, when the files cannot be joined without guessing.
    """
    places = [folders] if isinstance(folders, str | os.PathLike) else list(folders)
    paths = [Path(place) for place in places]
    return Compared(
        joined.load(paths, scoring=scoring, kinds=kinds, base=base, allow_partial=allow_partial, knowledge=knowledge)
    )
