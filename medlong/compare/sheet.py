"""A table as plain text cells, and how numbers are written in them."""

import math
from dataclasses import dataclass

from medlong.compare.statistics import Estimate

NOTHING = "–"
MARK = "*"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table, ready to print: the first `n_facts` columns say what was trained, the others what it scored."""

    title: str
    headers: list[str]
    rows: list[list[str]]
    n_facts: int
    caption: str
    n_names: int = 2
    """Most columns that are names; facts after these are numbers."""

    def n_text(self) -> int:
        """Return how many of the first columns are names, to be set flush left."""
        return min(self.n_facts, self.n_names)

    def width(self) -> int:
        """Return the characters a line takes when columns are two blanks apart."""
        columns = zip(self.headers, *self.rows, strict=True)
        return sum(max(map(len, column)) + 2 for column in columns)

    def split(self) -> tuple["Sheet", ...]:
        """Return the facts and the scores as two tables, the name of the row in both; itself where it has no facts."""
        n = self.n_facts
        if n < 2 or self.n_names > 2:
            return (self,)
        title = "Runs" if self.title == "Accuracy" else f"{self.title}: {self.headers[0]}s"
        facts = Sheet(title, self.headers[:n], [row[:n] for row in self.rows], n, "", self.n_names)
        rows = [[row[0], *row[n:]] for row in self.rows]
        return facts, Sheet(self.title, [self.headers[0], *self.headers[n:]], rows, 1, self.caption)


def percent(share: float | None) -> str:
    """Return a share as a percentage with at most one decimal."""
    return NOTHING if share is None else f"{100 * share:.1f}".removesuffix(".0") + "%"


def score(estimate: Estimate | None) -> str:
    """Return a rate in percent with its error, a dash where there is none."""
    if estimate is None or estimate.n == 0 or math.isnan(estimate.value):
        return NOTHING
    return f"{100 * estimate.value:.1f}{_error(estimate)}"


def change(estimate: Estimate | None, marked: bool = False) -> str:
    """Return a difference in points with its sign, error and mark, a dash where there is none."""
    if estimate is None or math.isnan(estimate.value):
        return NOTHING
    points = round(100 * estimate.value, 1) + 0.0  # the sum turns -0.0 into 0.0
    return f"{points:+.1f}{_error(estimate)}{MARK if marked else ''}"


def _error(estimate: Estimate) -> str:
    return f"±{NOTHING}" if math.isnan(estimate.se) else f"±{100 * estimate.se:.1f}"
