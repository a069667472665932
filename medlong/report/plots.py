"""Pictures as plain numbers for an SVG: accuracy by length, and points with error bars in two directions.

The page draws them with its own colours, so that they follow a dark theme; each carries its numbers in words.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from medlong.compare.comparison import Group
from medlong.compare.entries import Entry
from medlong.compare.measure import Cell, is_length
from medlong.compare.statistics import Estimate
from medlong.report.grids import points, signed_points

WIDTH, HEIGHT = 640.0, 320.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 16.0, 40.0, 48.0
LINES = 5
"""Models drawn beside the base in one picture; more of them get further pictures."""

TONES = 6
LABEL_WIDTH, LABEL_HEIGHT = 160.0, 15.0
"""Room that the name beside a point is given."""

STEPS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)


@dataclass(frozen=True, slots=True)
class Tick:
    """One mark on an axis: where, in the units of the picture, and what it says."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One point with its error bars; an absent bar has no extent."""

    x: float
    y: float
    left: float
    right: float
    low: float
    high: float
    label: str = ""
    anchor: str = "start"
    text: str = ""
    """Its numbers, for those who cannot see it."""
    label_y: float = 0.0


@dataclass(frozen=True, slots=True)
class Series:
    """The marks of one model; `tone` chooses colour and shape."""

    name: str
    tone: int
    marks: tuple[Mark, ...]
    line: str = ""
    """Points of the line, as SVG wants them; empty where marks are not joined."""
    band: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """One picture."""

    title: str
    series: tuple[Series, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    x_label: str
    y_label: str
    zero_x: float | None = None
    zero_y: float | None = None
    legend: bool = True

    def words(self) -> str:
        """Return all numbers of the picture as text."""
        return " ".join(f"{series.name}: {'; '.join(mark.text for mark in series.marks)}." for series in self.series)


@dataclass(frozen=True, slots=True)
class Point:
    """What `scatter` draws: a name and two estimates."""

    name: str
    x: Estimate
    y: Estimate


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float
    start: float
    stop: float

    def at(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.stop - self.start), 1)


def by_length(group: Group) -> list[Plot]:
    """Return accuracy by arm with 95 % bands; `LINES` tuned models beside the base in each picture."""
    tuned = group.entries[1:]
    parts = [tuned[start : start + LINES] for start in range(0, len(tuned), LINES)] or [()]
    return [_by_length(group, (group.base, *part), number, len(parts)) for number, part in enumerate(parts, start=1)]


def scatter(title: str, found: Sequence[Point], x_label: str, y_label: str) -> Plot:
    """Return points with 95 % error bars in both directions, with lines through zero; values are fractions of 1."""
    x = _scale([_ends(point.x) for point in found], LEFT, WIDTH - RIGHT)
    y = _scale([_ends(point.y) for point in found], HEIGHT - BOTTOM, TOP)
    series: list[Series] = []
    for number, point in enumerate(found):
        (left, right), (low, high) = _ends(point.x), _ends(point.y)
        at = x.at(point.x.value)
        text = f"{x_label} {interval(point.x)}, {y_label} {interval(point.y)}"
        mark = Mark(
            *(at, y.at(point.y.value), x.at(left), x.at(right), y.at(low), y.at(high)),
            *(point.name, "end" if at > WIDTH * 0.6 else "start", text),
            _free(at, y.at(point.y.value) - 8, series),
        )
        series.append(Series(point.name, number % TONES, (mark,)))
    x_ticks, y_ticks = _ticks(x), _ticks(y)
    return Plot(title, tuple(series), x_ticks, y_ticks, x_label, y_label, x.at(0.0), y.at(0.0), legend=False)


def interval(estimate: Estimate) -> str:
    """Return a difference in points with its 95 % interval in words."""
    if math.isnan(estimate.low):
        return f"{signed_points(estimate.value)} (no interval)"
    return f"{signed_points(estimate.value)} ({signed_points(estimate.low)} to {signed_points(estimate.high)})"


def _by_length(group: Group, entries: Sequence[Entry], number: int, of: int) -> Plot:
    arms = [arm for arm in group.arms if arm in ("closed", "oracle") or is_length(arm)] or list(group.arms)
    step = (WIDTH - LEFT - RIGHT) / len(arms)
    y = _Scale(0.0, 1.0, HEIGHT - BOTTOM, TOP)
    series = []
    for place, entry in enumerate(entries):
        shift = (place - (len(entries) - 1) / 2) * min(9.0, step * 0.6 / len(entries))
        marks: list[Mark] = []
        run: list[Mark] = []
        for index, arm in enumerate(arms):
            cell = group.cells.get((entry.key, arm))
            if cell is None or not cell.accuracy.n:
                continue
            mark = _mark(cell, round(LEFT + step * (index + 0.5) + shift, 1), y)
            marks.append(mark)
            run += [mark] if is_length(arm) else []
        line = " ".join(f"{mark.x},{mark.y}" for mark in run)
        edge = [f"{mark.x},{mark.high}" for mark in run] + [f"{mark.x},{mark.low}" for mark in reversed(run)]
        name = f"{entry.name} (base)" if entry is group.base else entry.name
        tone = 0 if entry is group.base else 1 + (place - 1) % (TONES - 1)
        series.append(Series(name, tone, tuple(marks), line, " ".join(edge)))
    title = "Accuracy by length" + (f" ({number} of {of})" if of > 1 else "")
    x_ticks = tuple(Tick(round(LEFT + step * (index + 0.5), 1), arm) for index, arm in enumerate(arms))
    y_ticks = tuple(Tick(y.at(value / 5), f"{20 * value}") for value in range(6))
    return Plot(title, tuple(series), x_ticks, y_ticks, "arm", "percent right")


def _mark(cell: Cell, x: float, y: _Scale) -> Mark:
    """One accuracy; where no clustered interval exists, the Wilson interval stands in."""
    estimate = cell.accuracy
    low, high = (estimate.low, estimate.high) if not math.isnan(estimate.low) else cell.rate
    low, high = max(0.0, low), min(1.0, high)
    text = f"{cell.arm} {points(estimate.value)} percent (95 % interval {points(low)} to {points(high)})"
    return Mark(x, y.at(estimate.value), x, x, y.at(low), y.at(high), text=text)


def _free(x: float, y: float, before: Sequence[Series]) -> float:
    """Return a height for a label above the point where no label of `before` stands."""
    taken = [mark.label_y for series in before for mark in series.marks if abs(mark.x - x) < LABEL_WIDTH]
    while any(abs(y - other) < LABEL_HEIGHT for other in taken):
        y -= LABEL_HEIGHT
    return round(y, 1)


def _ends(estimate: Estimate) -> tuple[float, float]:
    if math.isnan(estimate.low):
        return estimate.value, estimate.value
    return estimate.low, estimate.high


def _scale(ends: Sequence[tuple[float, float]], start: float, stop: float) -> _Scale:
    low, high = min(0.0, *(end[0] for end in ends)), max(0.0, *(end[1] for end in ends))
    margin = 0.08 * (high - low) or 0.05
    return _Scale(low - margin, high + margin, start, stop)


def _ticks(scale: _Scale) -> tuple[Tick, ...]:
    span = scale.high - scale.low
    step = next((step for step in STEPS if span / step <= 7), 1.0)
    first, last = math.ceil(scale.low / step), math.floor(scale.high / step)
    decimals = 1 if step < 0.01 else 0
    return tuple(
        Tick(scale.at(n * step), f"{100 * n * step + 0.0:+.{decimals}f}" if n else "0") for n in range(first, last + 1)
    )


def shares(found: Sequence[tuple[str, float, int, float]]) -> Plot | None:
    """Return mixtures over general share and the logarithm of their total, with their score beside each point.

    Args:
        found: Name, general share, total and score of each mixture.
    """
    if not found:
        return None
    logs = [math.log10(max(total, 1)) for _, _, total, _ in found]
    low, high = min(logs), max(logs)
    margin = 0.12 * (high - low) or 0.3
    x = _Scale(-0.06, 1.06, LEFT, WIDTH - RIGHT)
    y = _Scale(low - margin, high + margin, HEIGHT - BOTTOM, TOP)
    series: list[Series] = []
    for (name, share, total, score), log in zip(found, logs, strict=True):
        at, height, value = x.at(share), y.at(log), signed_points(score)
        text = f"general share {100 * share:.0f} percent, total {total:,}, score {value} points"
        place = _free(at, height - 8, series)
        mark = Mark(at, height, at, at, height, height, value, "end" if share > 0.6 else "start", text, place)
        series.append(Series(name, 2 if score < 0 else 1, (mark,)))
    x_ticks = tuple(Tick(x.at(value / 4), f"{25 * value} %") for value in range(5))
    totals = sorted({total for _, _, total, _ in found})
    y_ticks = tuple(Tick(y.at(math.log10(max(total, 1))), f"{total:,}") for total in totals[:: -(-len(totals) // 8)])
    return Plot("Share and quantity", tuple(series), x_ticks, y_ticks, "general share", "total", legend=False)
