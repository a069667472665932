"""How far long work is: a line for each phase on a terminal, now and then a plain line elsewhere, both on stderr."""

import sys
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from math import inf
from time import monotonic
from typing import Protocol, TypeVar

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

T = TypeVar("T")
SHORT = 1.0
"""Seconds that a phase lasts before a terminal shows it."""

FIRST, AGAIN = 10.0, 30.0
"""Seconds until the first plain line of a phase, and between one and the next."""

MB = 1_000_000


class Watch(Protocol):
    """Passes items through while showing that work goes on."""

    def __call__(self, items: Iterable[T], what: str) -> Iterable[T]:
        """Return `items`, each reported as it is taken."""
        ...


def unwatched(items: Iterable[T], what: str) -> Iterable[T]:
    """Return `items` as they are: the `Watch` that shows nothing."""
    return items


class Phase:
    """What is done of one phase, and how fast."""

    def __init__(self, what: str, total: int = 0, total_rows: int = 0, plain: bool = False) -> None:
        """Begin a phase.

        Args:
            what: Its name, such as "reading".
            total: Bytes to be done; 0 when unknown.
            total_rows: Rows to be done; 0 when unknown.
            plain: Write plain lines.
        """
        self.what, self.total, self.total_rows = what, total, total_rows
        self.rows = self.bytes = 0
        self.started = monotonic()
        self._next_line = self.started + FIRST if plain else inf

    def add(self, rows: int, size: int) -> None:
        """Count rows and bytes that are done now."""
        self.rows += rows
        self.bytes += size
        if monotonic() >= self._next_line:
            self._next_line = monotonic() + AGAIN
            sys.stderr.write(f"{self.what}: {self.words()}\n")
            sys.stderr.flush()

    def share(self) -> float | None:
        """Return the done part of the whole, 0 to 1; None when the whole is unknown."""
        done, whole = (self.bytes, self.total) if self.total else (self.rows, self.total_rows)
        return min(done / whole, 1.0) if whole else None

    def words(self) -> str:
        """Return what is done, the speed and the time left; parts that are unknown are left out."""
        seconds = max(monotonic() - self.started, 0.001)
        share = self.share()
        parts = []
        if self.rows:
            parts.append(f"{self.rows:,}{f' of {self.total_rows:,}' if self.total_rows else ''} rows")
        if self.bytes:
            parts.append(f"{self.bytes / MB:,.0f} MB{f' of {self.total / MB:,.0f} MB' if self.total else ''}")
        if self.rows:
            parts.append(f"{self.rows / seconds:,.0f} rows/s")
        if self.bytes:
            parts.append(f"{self.bytes / MB / seconds:,.0f} MB/s")
        parts.append(f"{_time(seconds * (1 / share - 1))} left" if share else f"{_time(seconds)} so far")
        return ", ".join(parts)


class Progress:
    """Shows phases; called with items, it is a `Watch`."""

    def __init__(self, plain: bool = False) -> None:
        """Show nothing by itself: `table` is what a terminal shows, and `plain` asks for plain lines."""
        self._plain = plain
        self._phases: list[Phase] = []

    @contextmanager
    def phase(self, what: str, total: int = 0, total_rows: int = 0) -> Iterator[Phase]:
        """Begin a phase, as `Phase` takes it, and end it."""
        phase = Phase(what, total, total_rows, self._plain)
        self._phases.append(phase)
        try:
            yield phase
        finally:
            self._phases.remove(phase)

    def __call__(self, items: Iterable[T], what: str) -> Iterator[T]:
        """Yield `items`, each counted as a row of the phase `what`."""
        with self.phase(what, total_rows=len(items) if isinstance(items, Sized) else 0) as phase:
            for item in items:
                yield item
                phase.add(1, 0)

    def table(self) -> Table:
        """Return a line for each phase that goes on, but the short ones."""
        table = Table.grid(padding=(0, 1))
        for phase in tuple(self._phases):
            if monotonic() - phase.started >= SHORT:
                share = phase.share()
                bar = ProgressBar(total=1, completed=share or 0, width=20, pulse=share is None)
                table.add_row(phase.what, bar, Text(phase.words(), no_wrap=True, overflow="ellipsis"))
        return table


@contextmanager
def progress() -> Iterator[Progress]:
    """Show progress on stderr while the context lasts; what a terminal shows goes away after it."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Progress(plain=True)
        return
    shown = Progress()
    with Live(get_renderable=shown.table, console=console, transient=True):
        yield shown


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
