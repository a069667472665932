"""A built mixture on a terminal or in a pipe: its table, its licences, and some of its rows."""

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO, NamedTuple

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table as Grid
from rich.text import Text

from medlong.mixing.bands import BOUNDS, labels
from medlong.mixing.content import Message
from medlong.mixing.licences import licence, summary, warnings
from medlong.mixing.manifest import Built, Component, Entry, Manifest, Realised, Use, rows
from medlong.visible import visible

WIDEST = 1000
"""More columns than any table here has."""

HEADERS = (
    *("component", "source", "licence", "share", "quota", "realised", "of all", "examples", "available", "rejected"),
    *("dropped", "duplicates elsewhere", "max repeats", "characters", "tokens", "trainable tokens"),
)
OPTIONAL = ("rejected", "dropped", "tokens", "trainable tokens")


class Table(NamedTuple):
    """A table that a terminal and a data card print alike."""

    headers: tuple[str, ...]
    lines: list[tuple[str, ...]]
    n_text: int
    """Columns from the left that are words; the others are numbers, or facts of one word."""


def composition(manifest: Manifest) -> Table:
    """Return the table of components and their sources.

    Quotas, `realised` and its share of all are in the unit of the mixture, and `examples` has a column of its own
    where that is another. Columns of `OPTIONAL` are there when the manifest counts such things and there are some.
    """
    unit = manifest.unit
    total = sum(content.realised.of(unit) for content in manifest.components.values())
    lines = []
    for name, content in manifest.components.items():
        lines.append((*_component(name, content, unit, total), *_counts(content.realised)))
        for source, use in content.sources.items():
            facts = _source(source, manifest.sources[source].licence, use, manifest.given(use), total)
            lines.append((*facts, *_counts(use.realised)))
    kept = [
        n
        for n, header in enumerate(HEADERS)
        if (header not in OPTIONAL or any(line[n] not in ("", "0") for line in lines))
        and (header, unit) != ("examples", "examples")
    ]
    return Table(tuple(HEADERS[n] for n in kept), [tuple(line[n] for n in kept) for line in lines], n_text=3)


def _component(name: str, content: Component, unit: str, total: int) -> tuple[str, ...]:
    uses, given = content.sources.values(), content.realised.of(unit)
    return (
        *(name, "", "", str(content.share), f"{content.quota:,}"),
        *(f"{given:,}", percent(given, total), f"{content.realised.examples:,}"),
        f"{sum(use.available for use in uses):,}",
        f"{sum(use.rejected for use in uses):,}",
        f"{sum(sum(use.dropped.values()) for use in uses):,}",
        f"{sum(use.duplicates_elsewhere for use in uses):,}",
        str(max(use.max_repeats for use in uses)),
    )


def _source(name: str, typed: str, use: Use, given: int, total: int) -> tuple[str, ...]:
    flag = " (non-commercial)" if licence(typed).non_commercial else ""
    quota = "" if use.quota is None else f"{use.quota:,}"
    counts = (use.available, use.rejected, sum(use.dropped.values()), use.duplicates_elsewhere, use.max_repeats)
    known = tuple(f"{count:,}" for count in counts)
    return ("", name, typed + flag, "", quota, f"{given:,}", percent(given, total), f"{use.taken:,}", *known)


def _counts(realised: Realised | None) -> tuple[str, ...]:
    counts = (realised.characters, realised.tokens, realised.trainable_tokens) if realised else (None, None, None)
    return tuple("" if count is None else f"{count:,}" for count in counts)


def length_table(manifest: Manifest) -> Table | None:
    """Return the table of components and sources by length of row; None where all rows are of one band.

    Shares are of all rows, and of all that is counted: the unit of the mixture, or what lengths are of if that
    is examples.
    """
    if manifest.length_unit is None or len(_bands(manifest)) < 2:
        return None
    unit = manifest.length_unit if manifest.unit == "examples" else manifest.unit
    noun = unit.replace("_", " ")
    rows = manifest.examples()
    whole = sum(content.realised.of(unit) for content in manifest.components.values())
    lines: list[tuple[str, ...]] = []
    for component, source, use in manifest.uses():
        first = next(iter(manifest.components[component].sources)) == source
        names = (component if first else "", source)
        for label in _bands(manifest):
            if found := use.length_bands.get(label):
                shares = (percent(found.examples, rows), f"{found.of(unit):,}", percent(found.of(unit), whole))
                lines.append((*names, label, f"{found.examples:,}", *shares))
                names = ("", "")
    headers = ("component", "source", f"{manifest.length_unit} a row", "examples", "of all", noun, f"of all {noun}")
    return Table(headers, lines, n_text=3)


def _bands(manifest: Manifest) -> list[str]:
    """The bands in which there are rows, shortest first; names of another version's bands come last."""
    used = dict.fromkeys(
        label for _, _, use in manifest.uses() for label, found in use.length_bands.items() if found.examples
    )
    known = labels(BOUNDS[manifest.length_unit]) if manifest.length_unit else ()
    return [*(label for label in known if label in used), *(label for label in used if label not in known)]


def percent(part: int, whole: int) -> str:
    """Return `part` of `whole` as a percentage with one decimal; 0.0 % of nothing."""
    return f"{100 * part / whole if whole else 0:.1f} %"


def show(manifest: Manifest, file: IO[str]) -> None:
    """Print what the mixture is, its tables, and what its licences ask, to `file`."""
    console = Console(file=file, highlight=False)
    console.print(Text(visible(f"{manifest.name}  {manifest.mixture_id}"), style="bold"), soft_wrap=True)
    facts = f"{manifest.examples():,} examples, shares in {manifest.noun()}, seed {manifest.seed}"
    console.print(Text(visible(f"{facts}, {manifest.render_format}")), soft_wrap=True)
    for sentence in remarks(manifest):
        console.print(Text(visible(sentence)), soft_wrap=True)
    print_table(console, composition(manifest))
    if found := length_table(manifest):
        print_table(console, found)
    console.print(Text(visible(f"licences: {', '.join(summary(manifest.licences()).union) or 'none'}")), soft_wrap=True)
    for sentence in warnings(manifest.licences()):
        console.print(Text(visible(f"! {sentence}"), style="yellow"), soft_wrap=True)


def remarks(manifest: Manifest) -> Iterator[str]:
    """Yield what is to be known of the whole mixture beside its tables."""
    if manifest.requested not in (None, manifest.total):
        yield (
            f"{manifest.requested:,} {manifest.noun()} were asked for; without repetition the sources have enough "
            f"for {manifest.total:,} in these shares"
        )
    if manifest.same_prompt and manifest.same_prompt.rows:
        yield (
            f"{manifest.same_prompt.prompts:,} prompts of the sources have several answers, "
            f"in {manifest.same_prompt.rows:,} rows"
        )


def show_rows(built: Built, count: int, file: IO[str]) -> None:
    """Print the first `count` rows with where each is from.

    Raises:
        DataError: If the files beside the manifest are not those it was written with.
    """
    console = Console(file=file, highlight=False)
    for entry, messages in islice(rows(built), count):
        for line in _row(entry, messages):
            console.print(line, soft_wrap=True)


def _row(entry: Entry, messages: Sequence[Message]) -> Iterator[Text]:
    where = f", {entry.file} line {entry.line}" if entry.file and entry.line is not None else ""
    again = f", pass {entry.epoch + 1} over the source" if entry.epoch else ""
    heading = f"row {entry.position + 1}: {entry.component} / {entry.source}{where}{again}"
    yield Text(visible(f"\n{heading}"), style="bold")
    yield Text(f"content id {entry.content_id}", style="dim")
    for turn in messages:
        yield Text(visible(f"{turn['role']}:"), style="cyan")
        yield Text(visible(turn["content"]))


def print_table(console: Console, table: Table) -> None:
    """Print a table in its own width: a narrower terminal wraps lines, where a squeezed table loses digits."""
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for index, header in enumerate(table.headers):
        grid.add_column(Text(header), justify="left" if index < table.n_text else "right", no_wrap=True)
    for line in table.lines:
        grid.add_row(*(Text(visible(cell)) for cell in line))
    width = console.width
    console.width = WIDEST
    console.width = max(width, Measurement.get(console, console.options, grid).maximum)
    console.print(grid)
    console.width = width


def tolerant(file: IO[str]) -> IO[str]:
    """Return `file` so that a character its encoding lacks is replaced, not an error."""
    if file is sys.stdout and hasattr(file, "reconfigure"):
        file.reconfigure(errors="replace")
    return file
