"""The tables of scores: accuracy, difference to the base and D(L), and what a reader must know beside them."""

import math
from collections.abc import Callable, Sequence

from medlong.compare.analysis import Analysis, Tested
from medlong.compare.comparison import Comparison, Group
from medlong.compare.entries import Entry
from medlong.compare.measure import Cell, is_length
from medlong.compare.records import Mixture
from medlong.compare.sheet import MARK, NOTHING, Sheet, change, percent, score
from medlong.compare.statistics import Estimate
from medlong.exam import formulary

ALPHA = 0.05

ACCURACY = (
    "Percent right ± one standard error, clustered by book (CR1); in an arm without books (closed, oracle) every item "
    "is its own cluster. Items longer than the window are not counted."
)
_UNCORRECTED = f"{MARK} = the 95 % interval excludes 0, with no correction for the number of comparisons."
_HOLM = f"{MARK} = p < {ALPHA} by sign flips of books, after Holm's correction over the arms of the row."
DIFFERENCE = "Points gained over the base ± one standard error, paired item by item and clustered by book."
NET = (
    "D(L) = (model - base) at L - (model - base) on oracle: the long-context change net of the change in reading one "
    "page, in points ± one standard error."
)
ONE_SEED = (
    "Each row is one training run with one seed: a mark says that this checkpoint differs from that one on these "
    "items. It does not say that its mixture differs: that takes several training seeds of each mixture."
)
SEVERAL_SEEDS = (
    "Each row is one training run with one seed, and runs of one mixture are not pooled here: a mark says that this "
    "checkpoint differs from that one on these items, not that its mixture does."
)
POOLED = (
    "A row of a run is one training with one seed: its mark says that this checkpoint differs from that one on these "
    "items. The table of mixtures pools the seeds of each."
)
NO_ERROR = f"±{NOTHING}: fewer than two books, or none that differs from another, so no error can be given and no mark."
FEW_BOOKS = "Few books: with fewer than about 10 clusters the standard errors and marks are rough."

INVENTED = (
    "The facts of the formulary are invented, so its closed book shows no knowledge of medicine, and a change there is "
    "chance or guessing. Name the task that shows it: --knowledge medlong_pharmacology_closed, or any other that all "
    "models were asked, such as --knowledge medqa_4options."
)

Pick = Callable[[Cell], Estimate | None]


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


def sheets(group: Group, analysis: Analysis | None = None) -> list[Sheet]:
    """Return the accuracy table and, when anything is compared, the difference and D(L) tables.

    With an analysis the marks are those of its corrected tests, else of the intervals by themselves.
    """
    tables = [_accuracy(group)]
    if len(group.entries) > 1:
        readings = analysis.readings if analysis else {}
        differences = {key: reading.differences for key, reading in readings.items()}
        unread = analysis.unread if analysis else ()
        nets = {
            key: {arm: tested for arm, tested in reading.net.items() if arm not in unread}
            for key, reading in readings.items()
        }
        mark = _HOLM if analysis else _UNCORRECTED
        arms, lengths = list(group.arms), [arm for arm in group.arms if is_length(arm)]
        rows = _against_base(group, arms, differences, lambda cell: cell.difference)
        tables.append(Sheet("Difference to base", ["run", *arms], rows, 1, f"{DIFFERENCE} {mark}"))
        if any(cell.net for cell in group.cells.values()):
            rows = _against_base(group, lengths, nets, lambda cell: cell.net)
            note = f" None at {', '.join(unread)}, which the base does not read (see the remarks)." if unread else ""
            tables.append(Sheet("D(L), net of oracle", ["run", *lengths], rows, 1, f"{NET} {mark}{note}"))
    return tables


def remarks(comparison: Comparison, analyses: Sequence[Analysis] = ()) -> list[str]:
    """Return what a reader must know beside the numbers: what the runs can show, and the notes."""
    runs = {entry.key: entry for group in comparison.groups for entry in group.entries if entry.run is not None}
    mixtures = [entry.run.record.mixture_id for entry in runs.values() if entry.run is not None]
    lines = []
    if runs:
        several = POOLED if analyses else SEVERAL_SEEDS
        lines.append(ONE_SEED if len(set(mixtures)) == len(mixtures) else several)
    tuned = [one for one in analyses if len(one.group.entries) > 1]
    lines += [unread_remark(one) for one in tuned if one.unread]
    lines += [INVENTED] if _invented(tuned) else []
    cells = [cell for group in comparison.groups for cell in group.cells.values()]
    if any(cell.accuracy.clusters < 10 for cell in cells):
        lines.append(FEW_BOOKS)
    shown = [estimate for cell in cells for estimate in (cell.accuracy, cell.difference, cell.net) if estimate]
    if any(estimate.n and math.isnan(estimate.se) for estimate in shown):
        lines.append(NO_ERROR)
    return [*lines, *comparison.notes]


def unread_remark(analysis: Analysis) -> str:
    """Return why D(L) means little at the lengths that the base does not read."""
    group = analysis.group
    return (
        f"{group.exam.family}: at {', '.join(analysis.unread)} the base {group.base.name} does no better with the book "
        "than without (the 95 % interval of its context gain is not above 0), so a model cannot lose long context "
        "there, and D(L) rises when the oracle falls. These lengths are left out of the long context of mixtures."
    )


def _invented(tuned: Sequence[Analysis]) -> bool:
    """Whether knowledge is taken from a closed book that nobody can know."""
    return any(
        one.group.exam.bank == formulary.NAME and one.knowledge == (f"{one.group.exam.family}_closed",) for one in tuned
    )


def other_components(entries: tuple[Entry, ...]) -> list[str]:
    """Return the names of components beside general and medical in any entry's mixture, sorted."""
    names = {name for entry in entries if entry.mixture for name in entry.mixture.shares}
    return sorted(names - {"general", "medical"})


def row_name(group: Group, entry: Entry) -> str:
    """Return the name of a row, the base marked as such."""
    return f"{entry.name} (base)" if entry is group.base else entry.name


def _accuracy(group: Group) -> Sheet:
    components = ["general", "medical", *other_components(group.entries)]
    headers = ["run", "mixture", *components, "total", *group.arms]
    rows = []
    for entry in group.entries:
        cells = [group.cells.get((entry.key, arm)) for arm in group.arms]
        scores = [score(cell.accuracy) if cell else NOTHING for cell in cells]
        rows.append([row_name(group, entry), *_facts(entry.mixture, components), *scores])
    return Sheet("Accuracy", headers, rows, 3 + len(components), ACCURACY)


def _facts(mixture: Mixture | None, components: list[str]) -> list[str]:
    if mixture is None:
        return [NOTHING] * (2 + len(components))
    return [mixture.name, *(percent(mixture.shares.get(name, 0.0)) for name in components), str(mixture.total)]


def _against_base(group: Group, arms: list[str], tests: dict[str, dict[str, Tested]], pick: Pick) -> list[list[str]]:
    """Rows of every model but the base; where it was tested, the mark is that of the corrected test."""
    rows = []
    for entry in group.entries[1:]:
        row = [entry.name]
        for arm in arms:
            cell, tested = group.cells.get((entry.key, arm)), tests.get(entry.key, {}).get(arm)
            estimate = pick(cell) if cell else None
            marked = (
                tested.p_holm < ALPHA if tested else not tests and estimate is not None and estimate.excludes_zero()
            )
            row.append(change(estimate, marked))
        rows.append(row)
    return rows
