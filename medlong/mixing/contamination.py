"""Which rows of a mixture's sources give an exam away, with both texts side by side."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from medlong.atomic import write_text
from medlong.mixing.content import content_id
from medlong.mixing.guard import REASONS, DecontaminateSpec, Hit, guard
from medlong.mixing.pieces import rows
from medlong.mixing.progress import Watch, unwatched
from medlong.mixing.sources import resolve
from medlong.mixing.spec import load_all

SHOWN = 10
"""Hits that are printed with both texts; a file has them all."""

CLIP = 240
"""Characters of a text that are printed."""


class Found(NamedTuple):
    """One contaminated row."""

    source: str
    content_id: str
    hit: Hit


class Checked(NamedTuple):
    """What was found in one source."""

    rows: int
    found: tuple[Found, ...]


def check(path: Path, spec: DecontaminateSpec, watch: Watch = unwatched, base: Path = Path()) -> dict[str, Checked]:
    """Return what every source of the mixture file at `path` has of the banks of `spec`, by source.

    Args:
        path: The mixture file.
        spec: What to look for.
        watch: Is told how far the reading is.
        base: The folder in which relative folders of banks start.

    Raises:
        ConfigError: If the file, a source it names, or a bank is not what it should be.
        DataError: If a row is bad.
    """
    origins = {name: origin for mixture in load_all(path) for name, origin in resolve(mixture, path).items()}
    look = guard(spec, base)
    checked = {}
    for name, origin in origins.items():
        count, found = 0, []
        for row in watch(rows(origin, lambda _: None), f"checking {name}"):
            count += 1
            hit = look(row.messages)
            if hit is not None:
                found.append(Found(name, content_id(row.messages), hit))
        checked[name] = Checked(count, tuple(found))
    return checked


def hits_table(hits: Iterable[Found]) -> Iterator[dict[str, Any]]:
    """Yield one record for each contaminated row: where it is from, what it has of which exam, and both texts."""
    for found in hits:
        yield {"source": found.source, "content_id": found.content_id, **found.hit._asdict()}


def write(checked: dict[str, Checked], path: Path) -> None:
    """Write every contaminated row to `path`, one JSON object a line."""
    records = hits_table(found for content in checked.values() for found in content.found)
    write_text(path, "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records))


def show(checked: dict[str, Checked], console: Console) -> None:
    """Print the number of contaminated rows of each source, and the first few with both texts."""
    table = Table(title="rows that give an exam away", title_justify="left")
    for column in ("source", "rows", "contaminated", *REASONS):
        table.add_column(column, justify="left" if column == "source" else "right")
    for name, content in checked.items():
        reasons = Counter(found.hit.reason for found in content.found)
        numbers = (content.rows, len(content.found), *(reasons[reason] for reason in REASONS))
        table.add_row(name, *(f"{number:,}" for number in numbers))
    console.print(table)
    hits = [found for content in checked.values() for found in content.found]
    for found in hits[:SHOWN]:
        console.print(Text(_shown(found)))
    if len(hits) > SHOWN:
        console.print(f"... and {len(hits) - SHOWN:,} more; --out FILE writes them all")


def _shown(found: Found) -> str:
    hit = found.hit
    return (
        f"\n{found.source} {found.content_id[:12]}: {hit.reason} of {hit.bank} {hit.item}, coverage {hit.coverage:.2f}"
        f"\n  theirs: {_clipped(hit.theirs)}\n  ours:   {_clipped(hit.ours)}"
    )


def _clipped(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= CLIP else f"{line[:CLIP]} ..."
