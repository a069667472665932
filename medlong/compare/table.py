"""All tables of a comparison in the order in which they are read, and Markdown of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from medlong.compare.analysis import Analysis
from medlong.compare.arrange import ALL, Choice, arrange, long_sheet, resolve, sorted_rows
from medlong.compare.breakdown import breakdown_sheet, own_knowledge_sheet
from medlong.compare.comparison import Comparison, Group
from medlong.compare.export import csv_of, rows
from medlong.compare.inference import analysis_of
from medlong.compare.inferred import inferred_sheets, verdict
from medlong.compare.other_sheet import TITLE, other_sheet
from medlong.compare.reference.published import Reference, published_sheets
from medlong.compare.score_tables import (
    NO_ERROR,
    ONE_SEED,
    SEVERAL_SEEDS,
    group_title,
    other_components,
    remarks,
    sheets,
)
from medlong.compare.sheet import MARK, NOTHING, Sheet, percent

__all__ = [
    "MARK",
    "NOTHING",
    "NO_ERROR",
    "ONE_SEED",
    "PLAIN",
    "SEVERAL_SEEDS",
    "Section",
    "Sheet",
    "View",
    "csv_view",
    "group_title",
    "markdown",
    "other_components",
    "percent",
    "pipes",
    "remarks",
    "sections",
    "sheets",
]


@dataclass(frozen=True, slots=True)
class View:
    """What is shown of a comparison beside its scores, and how."""

    analyses: Sequence[Analysis] = ()
    by: Sequence[str] = ()
    """Properties of items that accuracy is broken down by."""
    choice: Choice = ALL
    reference: Reference | None = None


PLAIN = View()
"""The scores alone, with all columns."""


@dataclass(frozen=True, slots=True)
class Section:
    """One group, or other tasks: its heading, the verdict first, then its tables."""

    title: str
    verdict: list[str]
    tables: list[Sheet]


def sections(comparison: Comparison, view: View = PLAIN) -> list[Section]:
    """Return every group with its tables, chosen and sorted as `view` says; last, other tasks where there are any.

    Raises:
        DataError: If `view` names a column or a property of items that there is not.
    """
    found = _unarranged(comparison, view)
    stable = _is_stable(found, view)
    arranged = []
    for group, section in zip_longest(comparison.groups, found):
        tables = [] if stable else [sheet for table in section.tables if (sheet := arrange(table, view.choice))]
        if group and stable:
            lines = rows(Comparison((group,), comparison.samples, ()), view.analyses)
            tables = [long_sheet(lines, view.choice)]
        if group and view.reference:
            tables += published_sheets(view.reference, group)
        if group or tables:
            arranged.append(Section(section.title, section.verdict, tables))
    return arranged


def markdown(comparison: Comparison, view: View = PLAIN) -> str:
    """Return the whole comparison as Markdown."""
    blocks: list[str] = ["# Comparison"]
    for section in sections(comparison, view):
        blocks += [f"## {section.title}", *section.verdict]
        for sheet in section.tables:
            blocks += [f"### {sheet.title}", pipes(sheet), sheet.caption]
    lines = remarks(comparison, view.analyses)
    if lines:
        blocks += ["## Remarks", "\n".join(f"- {line}" for line in lines)]
    return "\n\n".join(blocks) + "\n"


def csv_view(comparison: Comparison, view: View = PLAIN) -> str:
    """Return the CSV: every column, or the ones that `view` names of it, sorted as it says."""
    lines = rows(comparison, view.analyses)
    if not _is_stable(_unarranged(comparison, view), view):
        return csv_of(lines)
    return csv_of(sorted_rows(lines, view.choice), view.choice.columns)


def pipes(sheet: Sheet) -> str:
    """Return one table in the pipes of Markdown."""
    marks = ["---" if column < sheet.n_text() else "---:" for column in range(len(sheet.headers))]
    lines = [sheet.headers, marks, *sheet.rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _is_stable(found: Sequence[Section], view: View) -> bool:
    return resolve(view.choice, [sheet for section in found for sheet in section.tables])


def _unarranged(comparison: Comparison, view: View) -> list[Section]:
    """Every group, and other tasks where there are any, with all their columns."""
    others = other_sheet(comparison)
    groups = [_section(comparison, group, view) for group in comparison.groups]
    return [*groups, Section(TITLE, [], [others])] if others else groups


def _section(comparison: Comparison, group: Group, view: View) -> Section:
    analysis = analysis_of(group, view.analyses)
    tables = sheets(group, analysis)
    if analysis:
        tables += inferred_sheets(group, analysis)
    own = own_knowledge_sheet(comparison, group)
    tables += [own] if own else []
    tables += [breakdown_sheet(comparison, group, by) for by in view.by]
    return Section(group_title(group), verdict(analysis) if analysis else [], tables)
