"""Grids of numbers that the tables of the comparison do not hold: by depth, by kind, by letter, and rates."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from medlong.compare.comparison import Group
from medlong.compare.measure import is_length
from medlong.report.items import Answers, Key

NOTHING = "–"
FIFTHS = 5


@dataclass(frozen=True, slots=True)
class Box:
    """One cell of a grid: what it says, its shade and where its items are listed."""

    text: str
    shade: float = 0.0
    """From -1 (worse) by 0 (none) to 1 (better, or a full share)."""
    note: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with shaded cells."""

    title: str
    corner: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Box, ...]], ...]
    caption: str = ""
    signed: bool = False
    """Whether shades are of two colours, for losses and gains."""


def depth_name(fifth: int | None) -> str:
    """Return a fifth of a book in words."""
    if fifth is None:
        return "no book"
    return "no page" if fifth < 0 else f"{100 * fifth // FIFTHS}–{100 * (fifth + 1) // FIFTHS} %"


def anchor(number: int, arm: int, fifth: int | None = None) -> str:
    """Return the id of the place where the items of an arm, or of one fifth of it, are listed."""
    return f"g{number}-a{arm}" + ("" if fifth is None else f"-d{fifth + 1}")


def depth_maps(group: Group, rows: pl.DataFrame, number: int) -> list[Grid]:
    """Return, for every model, accuracy by length and depth, and for every tuned model its difference to the base."""
    arms = [arm for arm in group.arms if is_length(arm)]
    counted = rows.filter(~pl.col("overlength") & pl.col("arm").is_in(arms) & pl.col("depth_fifth").is_not_null())
    fifths = counted["depth_fifth"].unique().sort().to_list()
    if not fifths:
        return []
    base = counted.filter(pl.col("entry") == group.base.key)
    grids = []
    for entry in group.entries:
        own = counted.filter(pl.col("entry") == entry.key)
        role = " (base)" if entry is group.base else ""
        pairs = [(f"Accuracy of {entry.name}{role}", own, False)]
        if entry is not group.base:
            pairs.append((f"{entry.name} minus base", paired(own, base), True))
        for title, frame, signed in pairs:
            values = _means(frame, ["arm", "depth_fifth"])
            lines = []
            for fifth in fifths:
                boxes = [
                    box(values.get((arm, fifth)), signed, anchor(number, group.arms.index(arm), fifth)) for arm in arms
                ]
                lines.append((depth_name(fifth), tuple(boxes)))
            grids.append(Grid(title, "gold page at", tuple(arms), tuple(lines), signed=signed))
    return grids


def kinds(group: Group, rows: pl.DataFrame, number: int) -> list[Grid]:
    """Return accuracy by kind of question and arm, a grid each model; nothing where all are of one kind."""
    counted = rows.filter(~pl.col("overlength"))
    names = counted["kind"].unique().sort().to_list()
    if len(names) < 2:
        return []
    base = counted.filter(pl.col("entry") == group.base.key)
    grids = []
    for entry in group.entries:
        own = counted.filter(pl.col("entry") == entry.key)
        values = _means(own, ["kind", "arm"])
        changes = {} if entry is group.base else _means(paired(own, base), ["kind", "arm"])
        lines = [
            (
                kind or "no kind",
                tuple(
                    _kind_box(values, changes, (kind, arm), anchor(number, place))
                    for place, arm in enumerate(group.arms)
                ),
            )
            for kind in names
        ]
        title = f"{entry.name} (base)" if entry is group.base else f"{entry.name} (in brackets: minus base)"
        grids.append(Grid(title, "kind", group.arms, tuple(lines)))
    return grids


def letters(group: Group, rows: pl.DataFrame, answers: Answers) -> Grid | None:
    """Return how often each letter is right and how often each model chose it; None where no choice can be read."""
    counted = rows.filter(~pl.col("overlength")).select("entry", "family", "bank", "arm", "item", "letter")
    right: dict[str, dict[str, int]] = {entry.key: {} for entry in group.entries}
    chosen: dict[str, dict[str, int]] = {entry.key: {} for entry in group.entries}
    for entry, family, bank, arm, item, letter in counted.rows():
        key: Key = (family, bank, arm, item)
        choice = answers.choices.get((entry, key), "")
        if choice:
            _count(right[entry], letter)
            _count(chosen[entry], choice)
    names = sorted({letter for counts in (*right.values(), *chosen.values()) for letter in counts})
    lines: list[tuple[str, tuple[Box, ...]]] = []
    said: dict[str, int] = {}
    for entry in group.entries:
        truth, picks = right[entry.key], chosen[entry.key]
        if truth and truth != said:
            lines.append(("is right", _letter_boxes(names, truth, truth)))
            said = truth
        if truth:
            lines.append((f"{entry.name} chose", _letter_boxes(names, picks, truth)))
    if not lines:
        return None
    caption = (
        "Over all arms, items with a readable choice. Shaded: chosen more often (blue) or less often (red) than it "
        "is right; a model without a leaning chooses each letter as often as it is right."
    )
    return Grid("Letters", "model", tuple(names), tuple(lines), caption, signed=True)


def rates(group: Group, number: int) -> list[Grid]:
    """Return the shares of items without a readable answer and of items longer than the window."""
    silent, over = [], []
    for entry in group.entries:
        left, right = [], []
        for place, arm in enumerate(group.arms):
            cell = group.cells.get((entry.key, arm))
            counted = cell.accuracy.n if cell else 0
            link = anchor(number, place)
            left.append(_rate(cell.n_no_answer if cell else None, counted, link))
            right.append(_rate(cell.n_overlength if cell else None, cell.n_items if cell else 0, link))
        silent.append((entry.name, tuple(left)))
        over.append((entry.name, tuple(right)))
    return [
        Grid(
            "No answer could be read",
            "model",
            group.arms,
            tuple(silent),
            "Of the items that fitted the window; they count as wrong.",
        ),
        Grid(
            "Longer than the window",
            "model",
            group.arms,
            tuple(over),
            "Of the items asked; they are not counted in any score.",
        ),
    ]


def paired(own: pl.DataFrame, base: pl.DataFrame) -> pl.DataFrame:
    """Return `own` on the items that `base` has too, with `acc` the difference."""
    other = base.select("arm", "item", pl.col("acc").alias("before"))
    return own.join(other, on=["arm", "item"]).with_columns(acc=pl.col("acc") - pl.col("before"))


def box(found: tuple[float, int] | None, signed: bool, link: str = "") -> Box:
    """Return a cell for a mean and the items it is of; a dash for None."""
    if found is None:
        return Box(NOTHING)
    mean, n = found
    return Box(signed_points(mean) if signed else points(mean), _clip(2 * mean) if signed else mean, f"{n} items", link)


def points(value: float) -> str:
    """Return a fraction in percent, with one decimal."""
    return NOTHING if math.isnan(value) else f"{100 * value:.1f}"


def signed_points(value: float) -> str:
    """Return a difference of fractions in points, with its sign and one decimal."""
    return NOTHING if math.isnan(value) else f"{round(100 * value, 1) + 0.0:+.1f}"


def _means(frame: pl.DataFrame, keys: Sequence[str]) -> dict[tuple[object, ...], tuple[float, int]]:
    found = frame.sort("item").group_by(*keys, maintain_order=True).agg(pl.col("acc").mean(), pl.len().alias("n"))
    return {tuple(row[:-2]): (row[-2], row[-1]) for row in found.rows()}


def _kind_box(
    values: dict[tuple[object, ...], tuple[float, int]],
    changes: dict[tuple[object, ...], tuple[float, int]],
    key: tuple[str, str],
    link: str,
) -> Box:
    plain = box(values.get(key), signed=False, link=link)
    change = changes.get(key)
    text = f"{plain.text} ({signed_points(change[0])})" if change else plain.text
    return Box(text, plain.shade, plain.note, plain.link)


def _letter_boxes(names: Sequence[str], counts: dict[str, int], truth: dict[str, int]) -> tuple[Box, ...]:
    whole, n = sum(counts.values()), sum(truth.values())
    return tuple(
        Box(
            _percent(counts.get(name, 0) / whole),
            _clip(2 * (counts.get(name, 0) / whole - truth.get(name, 0) / n)),
            f"{counts.get(name, 0)} of {whole}",
        )
        for name in names
    )


def _count(counts: dict[str, int], letters: str) -> None:
    for letter in letters:
        counts[letter] = counts.get(letter, 0) + 1


def _rate(count: int | None, whole: int, link: str) -> Box:
    if count is None or not whole:
        return Box(NOTHING)
    return Box(_percent(count / whole), count / whole, f"{count} of {whole}", link)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _clip(value: float) -> float:
    return max(-1.0, min(1.0, value))
