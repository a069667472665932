"""The answer in words: the verdict of the analysis, or what can be said of each model without one."""

import math

from medlong.compare.analysis import Analysis
from medlong.compare.comparison import Group
from medlong.compare.entries import Entry
from medlong.compare.inferred import knowledge_words
from medlong.compare.measure import is_length
from medlong.compare.statistics import Estimate
from medlong.report.plots import Plot, Point, interval, scatter

KINDS = {
    "best": "One mixture is best",
    "tied": "Several mixtures are tied",
    "equivalent": "The mixtures are equivalent",
    "insufficient": "The evidence is not enough",
    "not comparable": "No comparison can be made",
}
CLOSED, ORACLE = "closed", "oracle"
LEAST_MIXTURES = 3
"""Mixtures below which a map of share and quantity says nothing."""


def headline(analysis: Analysis | None) -> str:
    """Return the verdict in a few words."""
    return KINDS[analysis.verdict.kind] if analysis else "No verdict: scores only"


def sentences(group: Group) -> list[str]:
    """Return one sentence a tuned model: what it gained or lost in knowledge, in one page, and at every length."""
    lines = []
    for entry in group.entries[1:]:
        parts = []
        for arm in group.arms:
            cell = group.cells.get((entry.key, arm))
            if cell and cell.difference:
                parts.append(f"{_place(arm)} {interval(cell.difference)}")
        lines.append(f"{entry.name} against the base, in points: {'; '.join(parts)}.")
    return lines


def pareto(group: Group, analysis: Analysis | None) -> tuple[Plot, str] | None:
    """Return the picture of knowledge against long context and what its points are; None where it has no point."""
    if analysis:
        found = [Point(t.name, t.knowledge, t.long_context) for t in analysis.treatments if _known(t.long_context)]
        if not found:
            return None
        note = (
            f"Each point is one mixture with all its seeds. Knowledge: {knowledge_words(analysis)}. Long context is "
            "the mean of D(L) over the lengths that the base reads."
        )
        return scatter("Knowledge against long context", found, "knowledge", "long context"), note
    known = CLOSED if CLOSED in group.arms else ORACLE
    lengths = [arm for arm in group.arms if is_length(arm)]
    if not lengths:
        return None
    pairs = [(entry, *_two(group, entry, known, lengths[-1])) for entry in group.entries[1:]]
    found = [Point(entry.name, x, y) for entry, x, y in pairs if x and y and _known(x) and _known(y)]
    if not found:
        return None
    note = f"Each point is one run. Knowledge is the difference to the base in the arm {known}, long context D(L) at "
    return scatter("Knowledge against long context", found, "knowledge", "long context"), f"{note}{lengths[-1]}."


def share_rows(group: Group, analysis: Analysis | None) -> list[tuple[str, float, int, str, Estimate]]:
    """Return name, general share, total, unit and score of every mixture; empty with fewer than three mixtures."""
    by_key = {entry.key: entry for entry in group.entries}
    rows = []
    if analysis:
        named = [(t.name, by_key.get(t.entries[0]), t.balance) for t in analysis.treatments if t.entries]
    else:
        lengths = [arm for arm in group.arms if is_length(arm)]
        cells = [(entry, group.cells.get((entry.key, lengths[-1])) if lengths else None) for entry in group.entries[1:]]
        named = [(entry.name, entry, cell.net) for entry, cell in cells if cell and cell.net]
    for name, entry, score in named:
        mixture = entry.mixture if entry else None
        if mixture is not None and _known(score):
            rows.append((name, mixture.shares.get("general", 0.0), mixture.total, mixture.unit, score))
    different = {(share, total) for _, share, total, _, _ in rows}
    return sorted(rows, key=lambda row: (row[1], row[2], row[0])) if len(different) >= LEAST_MIXTURES else []


def surface(analysis: Analysis | None) -> str:
    """Return what the response surface says; empty where there is none."""
    if analysis is None or analysis.surface is None:
        return ""
    found = analysis.surface
    low, high = found.best_share_interval
    return (
        f"By the fitted surface the best general share is {100 * found.best_share:.0f} % (95 % interval "
        f"{100 * low:.0f} to {100 * high:.0f} %) at a total of "
        f"{found.best_total:,.0f}; lack of fit p = {found.lack_of_fit_p:.3f}."
    )


def _known(estimate: Estimate) -> bool:
    return not math.isnan(estimate.value)


def _two(group: Group, entry: Entry, known: str, length: str) -> tuple[Estimate | None, Estimate | None]:
    first, second = group.cells.get((entry.key, known)), group.cells.get((entry.key, length))
    return (first.difference if first else None), (second.net if second else None)


def _place(arm: str) -> str:
    names = {CLOSED: "without a book", ORACLE: "with only the right page"}
    return names.get(arm, f"at {arm}" if is_length(arm) else f"in {arm}")
