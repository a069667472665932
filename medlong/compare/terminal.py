"""The comparison on a terminal, in lines of at most 120 characters."""

import shutil
from typing import IO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from medlong.compare.comparison import Comparison
from medlong.compare.table import PLAIN, Sheet, View, remarks, sections

NARROW, WIDE = 100, 120


def show(comparison: Comparison, file: IO[str], view: View = PLAIN) -> None:
    """Print every table and remark of `comparison` to `file`, the verdict of each group first."""
    width = min(max(shutil.get_terminal_size((WIDE, 24)).columns, NARROW), WIDE)
    console = Console(file=file, width=width, highlight=False)
    for section in sections(comparison, view):
        console.print(Text(section.title, style="bold"))
        for line in section.verdict:
            console.print(Text(line))
        for sheet in section.tables:
            for part in sheet.split() if sheet.width() > width else (sheet,):
                console.print(Text(f"\n{part.title}", style="italic"))
                console.print(_table(part))
                if part.caption:
                    console.print(Text(part.caption, style="dim"))
        console.print()
    for line in remarks(comparison, view.analyses):
        console.print(Text(f"- {line}"))


def _table(sheet: Sheet) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for index, header in enumerate(sheet.headers):
        if index < sheet.n_text():
            table.add_column(Text(header), overflow="fold")
        else:
            table.add_column(Text(header), justify="right", no_wrap=sheet.n_facts <= index)
    for row in sheet.rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
