"""Choose and sort the columns of tables."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from medlong.catalog import unknown
from medlong.compare.columns import NAMES
from medlong.compare.export import Row
from medlong.compare.sheet import NOTHING, Sheet
from medlong.errors import DataError

T = TypeVar("T")

_NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?)(?:%|±\S+|\*)*")


@dataclass(frozen=True, slots=True)
class Choice:
    """Which columns are shown, and by which the rows are sorted."""

    columns: tuple[str, ...] = ()
    """Headers of the tables, or names of the CSV's columns; empty for all."""
    sort: str = ""
    """The same; empty for the order in which the rows were found."""
    descending: bool = False


ALL = Choice()
"""Every column, in the order in which the rows were found."""


def parse(columns: str | None, sort: str | None) -> Choice:
    """Return what `--columns a,b,c` and `--sort a[:desc]` say.

    Raises:
        DataError: If the direction of the sort is neither asc nor desc.
    """
    names = tuple(name.strip() for name in (columns or "").split(",") if name.strip())
    column, _, way = (sort or "").partition(":")
    if way not in ("", "asc", "desc"):
        raise DataError(f"--sort {sort}: expected COLUMN, COLUMN:asc or COLUMN:desc, got the direction {way!r}")
    return Choice(names, column.strip(), way == "desc")


def resolve(choice: Choice, tables: Iterable[Sheet]) -> bool:
    """Return whether the choice is of the CSV's columns and not of headers of `tables`.

    Raises:
        DataError: If a name is neither, with the nearest right one and the list.
    """
    headers = {header for sheet in tables for header in sheet.headers}
    stable = bool(choice.columns) and not headers.issuperset(choice.columns) and set(NAMES).issuperset(choice.columns)
    for name in () if stable else choice.columns:
        if name not in headers:
            raise DataError(f"--columns: {unknown('column', name, headers | set(NAMES))}")
    known = set(NAMES) if stable else headers
    if choice.sort and choice.sort not in known:
        raise DataError(f"--sort: {unknown('column', choice.sort, known)}")
    return stable


def arrange(sheet: Sheet, choice: Choice) -> Sheet | None:
    """Return the table sorted and with its chosen columns and its first; None where it has no other of them."""
    if choice.sort in sheet.headers:
        at = sheet.headers.index(choice.sort)
        sheet = replace(sheet, rows=_sorted(sheet.rows, [row[at] for row in sheet.rows], choice.descending))
    if not choice.columns:
        return sheet
    kept = [0, *(at for at, header in enumerate(sheet.headers) if at and header in choice.columns)]
    if len(kept) == 1:
        return None
    return replace(
        sheet,
        headers=[sheet.headers[at] for at in kept],
        rows=[[row[at] for at in kept] for row in sheet.rows],
        n_facts=sum(at < sheet.n_facts for at in kept),
        n_names=sum(at < sheet.n_text() for at in kept),
    )


def sorted_rows(rows: Sequence[Row], choice: Choice) -> list[Row]:
    """Return rows of the CSV in the order chosen; those without the number come last."""
    if not choice.sort:
        return list(rows)
    return _sorted(rows, [_text(row[choice.sort]) for row in rows], choice.descending)


def long_sheet(rows: Sequence[Row], choice: Choice) -> Sheet:
    """Return rows of the CSV as a table of the chosen columns; numbers have three decimals."""
    cells = [[_shown(row[name]) for name in choice.columns] for row in sorted_rows(rows, choice)]
    texts = [any(isinstance(row[name], str) for row in rows) for name in choice.columns]
    names = next((at for at, is_text in enumerate(texts) if not is_text), len(texts))
    caption = "Shares are fractions of 1; the columns are those of the CSV."
    return Sheet("Chosen columns", list(choice.columns), cells, names, caption, n_names=names)


def _sorted(rows: Sequence[T], cells: Sequence[str], descending: bool) -> list[T]:
    """Rows by their cells: as numbers when all are, else as text; empty cells last either way."""
    pairs = [(cell, row) for cell, row in zip(cells, rows, strict=True) if cell not in ("", NOTHING)]
    numbers = [_NUMBER.fullmatch(cell) for cell, _ in pairs]
    if all(numbers):
        keyed = [(float(match[1]), row) for match, (_, row) in zip(numbers, pairs, strict=True) if match]
        ordered = [row for _, row in sorted(keyed, key=lambda pair: pair[0], reverse=descending)]
    else:
        ordered = [row for _, row in sorted(pairs, key=lambda pair: pair[0], reverse=descending)]
    return ordered + [row for cell, row in zip(cells, rows, strict=True) if cell in ("", NOTHING)]


def _text(value: str | int | float | None) -> str:
    return "" if value is None else f"{value:.12f}" if isinstance(value, float) else str(value)


def _shown(value: str | int | float | None) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return NOTHING if value in (None, "") else str(value)
