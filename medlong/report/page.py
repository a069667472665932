"""The page: one file, no script, nothing fetched, every text escaped, the same bytes for the same inputs."""

from dataclasses import dataclass
from importlib.resources import files

import polars as pl

from medlong.compare.analysis import Analysis
from medlong.compare.comparison import Comparison, Group
from medlong.compare.inference import analysis_of
from medlong.compare.table import Section, Sheet, View, remarks, sections
from medlong.report import SHOWN, grids, items, plots, provenance, words
from medlong.report.grids import Grid
from medlong.report.items import Answers, Key, Shelf, Text
from medlong.report.plots import Plot
from medlong.visible import visible

TEMPLATE, STYLE = "report.html.jinja", "report.css"


@dataclass(frozen=True, slots=True)
class Reply:
    """What one model answered to one item."""

    name: str
    choice: str
    option: str
    right: bool
    counted: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One item as shown: what was asked, where its page stood, and every model's answer."""

    item: str
    kind: str
    text: Text
    place: str
    depth: float | None
    replies: tuple[Reply, ...]


@dataclass(frozen=True, slots=True)
class Drawer:
    """The shown items of one shelf."""

    anchor: str
    title: str
    shelf: Shelf
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """All that is shown of one group."""

    number: int
    title: str
    headline: str
    analysis: Analysis | None
    sentences: list[str]
    lines: list[Plot]
    maps: list[Grid]
    pareto: tuple[Plot, str] | None
    shares: list[tuple[str, str, str, str]]
    share_plot: Plot | None
    surface: str
    letters: Grid | None
    rates: list[Grid]
    kinds: list[Grid]
    sheets: list[Sheet]
    arms: dict[str, str]
    """The place where an arm's items are listed, by arm."""
    drawers: list[tuple[str, str, list[Drawer]]]
    """Arm, its anchor and its drawers."""


def report(comparison: Comparison, view: View, command: str, most: int | None = SHOWN) -> str:
    """Return the whole page as HTML.

    Args:
        comparison: What is shown.
        view: What was inferred about it, and which tables are shown.
        command: The command line, shown with the sources.
        most: Items shown of one arm and depth; None for all.

    Raises:
        DataError: If a file has changed or gone since `comparison` was loaded, or `view` names what there is not.
    """
    from jinja2 import Environment, StrictUndefined

    frames = [items.rows_of(comparison.samples, group) for group in comparison.groups]
    stacks = [items.shelves(rows, group.arms, most) for group, rows in zip(comparison.groups, frames, strict=True)]
    wanted = [
        (group.exam.family, group.exam.bank, shelf.arm, item)
        for group, stack in zip(comparison.groups, stacks, strict=True)
        for shelf in stack
        for item in shelf.shown
    ]
    answers = items.read(comparison.samples, wanted)
    found = sections(comparison, view)
    own, others = found[: len(comparison.groups)], found[len(comparison.groups) :]
    several = zip(comparison.groups, own, frames, stacks, strict=True)
    parts = [
        _part(number, group, section, analysis_of(group, view.analyses), rows, stack, answers)
        for number, (group, section, rows, stack) in enumerate(several)
    ]
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["visible"] = visible
    folder = files("medlong.report")
    template = environment.from_string(folder.joinpath(TEMPLATE).read_text(encoding="utf-8"))
    return (
        template.render(
            style=folder.joinpath(STYLE).read_text(encoding="utf-8"),
            parts=parts,
            others=others,
            remarks=remarks(comparison, view.analyses),
            origins=provenance.origins(comparison, answers.hashes),
            versions=provenance.versions(),
            command=command,
            shown=most,
            plot_width=plots.WIDTH,
            plot_height=plots.HEIGHT,
            plot_left=plots.LEFT,
            plot_right=plots.WIDTH - plots.RIGHT,
            plot_top=plots.TOP,
            plot_bottom=plots.HEIGHT - plots.BOTTOM,
        )
        + "\n"
    )


def _part(
    number: int,
    group: Group,
    section: Section,
    analysis: Analysis | None,
    rows: pl.DataFrame,
    stack: list[Shelf],
    answers: Answers,
) -> Part:
    shares = words.share_rows(group, analysis)
    arms = {arm: grids.anchor(number, place) for place, arm in enumerate(group.arms)}
    return Part(
        number=number,
        title=section.title,
        headline=words.headline(analysis),
        analysis=analysis,
        sentences=words.sentences(group),
        lines=plots.by_length(group),
        maps=grids.depth_maps(group, rows, number),
        pareto=words.pareto(group, analysis),
        shares=[
            (name, f"{100 * share:.1f} %", f"{total:,} {unit}", plots.interval(score))
            for name, share, total, unit, score in shares
        ],
        share_plot=plots.shares([(name, share, total, score.value) for name, share, total, _, score in shares]),
        surface=words.surface(analysis),
        letters=grids.letters(group, rows, answers),
        rates=grids.rates(group, number),
        kinds=grids.kinds(group, rows, number),
        sheets=section.tables,
        arms=arms,
        drawers=[
            (arm, arms[arm], [_drawer(number, group, shelf, rows, answers) for shelf in stack if shelf.arm == arm])
            for arm in group.arms
        ],
    )


def _drawer(number: int, group: Group, shelf: Shelf, rows: pl.DataFrame, answers: Answers) -> Drawer:
    own = rows.filter((pl.col("arm") == shelf.arm) & pl.col("item").is_in(list(shelf.shown)))
    found = {(row["entry"], row["item"]): row for row in own.iter_rows(named=True)}
    questions = []
    for item in shelf.shown:
        key: Key = (group.exam.family, group.exam.bank, shelf.arm, item)
        text = answers.texts.get(key, Text("", (), "", ""))
        first = next(found[entry.key, item] for entry in group.entries if (entry.key, item) in found)
        replies = [
            _reply(entry.name, answers.choices.get((entry.key, key), ""), text, found[entry.key, item])
            for entry in group.entries
            if (entry.key, item) in found
        ]
        questions.append(Question(item, first["kind"], text, _place(first), first["depth"], tuple(replies)))
    place = group.arms.index(shelf.arm)
    anchor = grids.anchor(number, place, shelf.fifth) if shelf.fifth is not None else grids.anchor(number, place, -2)
    title = shelf.arm if shelf.fifth is None else f"{shelf.arm}, gold page at {grids.depth_name(shelf.fifth)}"
    return Drawer(anchor, title, shelf, tuple(questions))


def _reply(name: str, choice: str, text: Text, row: dict[str, object]) -> Reply:
    picked = [text.options[at] for letter in choice if (at := items.LETTERS.find(letter)) < len(text.options)]
    return Reply(name, choice, "; ".join(picked), row["acc"] == 1, not row["overlength"])


def _place(row: dict[str, object]) -> str:
    """Where the gold page stood, in words."""
    size = f", prompt of {row['n_tokens']:,} tokens" if row["n_tokens"] is not None else ""
    if not row["book"]:
        return f"No book{size}."
    depth = row["depth"]
    if not isinstance(depth, float) or depth < 0:
        return f"Book {row['book']}, its page withheld{size}."
    return f"Gold page at {100 * depth:.0f} % of book {row['book']}{size}."
