"""Tables as plain text cells, the captions that say what they mean, and Markdown of both."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from medlong.compare.comparison import Comparison, Group
from medlong.compare.entries import Entry
from medlong.compare.measure import Cell, is_length
from medlong.compare.records import Mixture
from medlong.compare.statistics import Estimate

NOTHING = "–"
MARK = "*"

ACCURACY = (
    "Percent right ± one standard error, clustered by book (CR1); in an arm without books (closed, oracle) every item "
    "is its own cluster. Items longer than the window are not counted."
)
DIFFERENCE = (
    f"Points gained over the base ± one standard error, paired item by item and clustered by book. {MARK} = the 95 % "
    "interval excludes 0, with no correction for the number of comparisons."
)
NET = (
    f"D(L) = (model - base) at L - (model - base) on oracle: the long-context change net of the change in reading one "
    f"page, in points ± one standard error. {MARK} as above."
)
ONE_SEED = (
    "Each row is one training run with one seed: a mark says that this checkpoint differs from that one on these "
    "items. It does not say that its mixture differs: that takes several training seeds of each mixture."
)
SEVERAL_SEEDS = (
    "Each row is one training run with one seed, and runs of one mixture are not pooled here: a mark says that this "
    "checkpoint differs from that one on these items, not that its mixture does."
)
NO_ERROR = f"±{NOTHING}: fewer than two books, or none that differs from another, so no error can be given and no mark."
FEW_BOOKS = "Few books: with fewer than about 10 clusters the standard errors and marks are rough."


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table, ready to print: the first `n_facts` columns say what was trained, the others what it scored."""

    title: str
    headers: list[str]
    rows: list[list[str]]
    n_facts: int
    caption: str

    def n_text(self) -> int:
        """Return how many of the first columns are names, to be set flush left."""
        return min(self.n_facts, 2)

    def width(self) -> int:
        """Return the characters a line takes when columns are two blanks apart."""
        columns = zip(self.headers, *self.rows, strict=True)
        return sum(max(map(len, column)) + 2 for column in columns)

    def split(self) -> tuple["Sheet", "Sheet"]:
        """Return the facts and the scores as two tables, the run's name in both."""
        n = self.n_facts
        facts = Sheet("Runs", self.headers[:n], [row[:n] for row in self.rows], n, "")
        rows = [[row[0], *row[n:]] for row in self.rows]
        return facts, Sheet(self.title, [self.headers[0], *self.headers[n:]], rows, 1, self.caption)


def group_title(group: Group) -> str:
    """Return the heading of all tables of one group."""
    exam = group.exam
    cells = list(group.cells.values())
    items = max(cell.n_items for cell in cells)
    books = [cell.accuracy.clusters for cell in cells if is_length(cell.arm)]
    span = f"{min(books)}-{max(books)}" if len(set(books)) > 1 else f"{max(books, default=0)}"
    count = f"{items} items" + (f" on {span} books" if books else "")
    what = f"{exam.family} ({exam.scoring}), bank {exam.bank} {exam.bank_version}"
    return f"{what}, {count}, base {group.base.name}"


def sheets(group: Group) -> list[Sheet]:
    """Return the accuracy table and, when anything is compared, the difference and D(L) tables."""
    tables = [_accuracy(group)]
    if len(group.entries) > 1:
        tables.append(_against_base(group, "Difference to base", list(group.arms), DIFFERENCE, lambda c: c.difference))
        lengths = [arm for arm in group.arms if is_length(arm)]
        if any(cell.net for cell in group.cells.values()):
            tables.append(_against_base(group, "D(L), net of oracle", lengths, NET, lambda c: c.net))
    return tables


def remarks(comparison: Comparison) -> list[str]:
    """Return what a reader must know beside the numbers: what the runs can show, and the notes."""
    runs = {entry.key: entry for group in comparison.groups for entry in group.entries if entry.run is not None}
    mixtures = [entry.run.record.mixture_id for entry in runs.values() if entry.run is not None]
    lines = []
    if runs:
        lines.append(ONE_SEED if len(set(mixtures)) == len(mixtures) else SEVERAL_SEEDS)
    cells = [cell for group in comparison.groups for cell in group.cells.values()]
    if any(cell.accuracy.clusters < 10 for cell in cells):
        lines.append(FEW_BOOKS)
    shown = [estimate for cell in cells for estimate in (cell.accuracy, cell.difference, cell.net) if estimate]
    if any(estimate.n and math.isnan(estimate.se) for estimate in shown):
        lines.append(NO_ERROR)
    return [*lines, *comparison.notes]


def markdown(comparison: Comparison) -> str:
    """Return the whole comparison as Markdown."""
    blocks: list[str] = ["# Comparison"]
    for group in comparison.groups:
        blocks.append(f"## {group_title(group)}")
        for sheet in sheets(group):
            blocks += [f"### {sheet.title}", _pipes(sheet), sheet.caption]
    lines = remarks(comparison)
    if lines:
        blocks += ["## Remarks", "\n".join(f"- {line}" for line in lines)]
    return "\n\n".join(blocks) + "\n"


def percent(share: float | None) -> str:
    """Return a share as a percentage with at most one decimal."""
    return NOTHING if share is None else f"{100 * share:.1f}".removesuffix(".0") + "%"


def other_components(entries: tuple[Entry, ...]) -> list[str]:
    """Return the names of components beside general and medical in any entry's mixture, sorted."""
    names = {name for entry in entries if entry.mixture for name in entry.mixture.shares}
    return sorted(names - {"general", "medical"})


def _accuracy(group: Group) -> Sheet:
    components = ["general", "medical", *other_components(group.entries)]
    headers = ["run", "mixture", *components, "total", *group.arms]
    rows = []
    for entry in group.entries:
        cells = [group.cells.get((entry.key, arm)) for arm in group.arms]
        scores = [_score(cell.accuracy) if cell else NOTHING for cell in cells]
        rows.append([_name(group, entry), *_facts(entry.mixture, components), *scores])
    return Sheet("Accuracy", headers, rows, 3 + len(components), ACCURACY)


def _facts(mixture: Mixture | None, components: list[str]) -> list[str]:
    if mixture is None:
        return [NOTHING] * (2 + len(components))
    return [mixture.name, *(percent(mixture.shares.get(name, 0.0)) for name in components), str(mixture.total)]


def _against_base(
    group: Group, title: str, arms: list[str], caption: str, pick: Callable[[Cell], Estimate | None]
) -> Sheet:
    rows = []
    for entry in group.entries[1:]:
        cells = [group.cells.get((entry.key, arm)) for arm in arms]
        estimates = [pick(cell) if cell else None for cell in cells]
        rows.append([entry.name, *(_change(estimate) if estimate else NOTHING for estimate in estimates)])
    return Sheet(title, ["run", *arms], rows, 1, caption)


def _name(group: Group, entry: Entry) -> str:
    return f"{entry.name} (base)" if entry is group.base else entry.name


def _score(estimate: Estimate) -> str:
    return NOTHING if estimate.n == 0 else f"{100 * estimate.value:.1f}{_error(estimate)}"


def _change(estimate: Estimate) -> str:
    mark = MARK if estimate.excludes_zero() else ""
    points = round(100 * estimate.value, 1) + 0.0  # the sum turns -0.0 into 0.0
    return f"{points:+.1f}{_error(estimate)}{mark}"


def _error(estimate: Estimate) -> str:
    return f"±{NOTHING}" if math.isnan(estimate.se) else f"±{100 * estimate.se:.1f}"


def _pipes(sheet: Sheet) -> str:
    marks = ["---" if column < sheet.n_text() else "---:" for column in range(len(sheet.headers))]
    lines = [sheet.headers, marks, *sheet.rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
