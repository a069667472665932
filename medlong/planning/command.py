"""`medlong plan`: the smallest difference between mixtures that a study can see, or what it takes to see one."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medlong.errors import ConfigError, DataError, MissingPackageError

if TYPE_CHECKING:
    from medlong.inference.power import Design


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add this package's sub-commands."""
    about = "how many items, books and training seeds a comparison of mixtures needs"
    plan = commands.add_parser("plan", help=about, description=f"{about[0].upper()}{about[1:]}.")
    whole = (("items", 400), ("books", 20), ("mixtures", 5), ("seeds", 3))
    for name, default in whole:
        least = 2 if name in ("books", "mixtures") else 1
        noted = " per mixture" if name == "seeds" else ""
        plan.add_argument(
            f"--{name}", type=_whole(least), metavar="N", default=None, help=f"{name}{noted} (default: {default})"
        )
    plan.add_argument(
        "--seed-sd", type=_number(0, 100), metavar="POINTS", help="between trainings of one mixture (default: 1.5)"
    )
    plan.add_argument(
        "--discordance",
        type=_number(0, 1),
        metavar="SHARE",
        help="share of items on which two trainings of one mixture differ (default: 0.2)",
    )
    plan.add_argument(
        "--icc", type=_number(0, 1), metavar="R", help="correlation of paired differences in a book (default: 0.05)"
    )
    plan.add_argument("--effect", type=_number(0, 100), metavar="POINTS", help="say what would see this difference")
    plan.add_argument(
        "--runs", nargs="+", type=Path, metavar="FOLDER", help="take items, books, seeds and variances from these runs"
    )
    plan.add_argument(
        "--knowledge",
        action="append",
        default=[],
        metavar="TASK[:METRIC]",
        help="with --runs: the task that shows knowledge, as in medlong compare",
    )
    plan.set_defaults(run=_plan)


def _plan(args: argparse.Namespace) -> int:
    try:
        from medlong.inference import power
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("medlong"):
            raise
        message = f"plan needs the package {error.name}; install it with: pip install 'medlong[report]'"
        raise MissingPackageError(message) from None
    for title, study in _measured(args) if args.runs else [("", _assumed(args))]:
        if title:
            print(title)
        print(_settings(study))
        for line in _table(study, power.detectable, power.power, args.effect):
            print(line)
        if args.effect is not None:
            for line in _enough(study, args.effect / 100):
                print(line)
    return 0


def _assumed(args: argparse.Namespace) -> "Design":
    from medlong.inference.power import design

    defaults = {"items": 400, "books": 20, "mixtures": 5, "seeds": 3, "seed_sd": 1.5, "discordance": 0.2, "icc": 0.05}
    given = {name: value for name in defaults if (value := getattr(args, name)) is not None}
    chosen = defaults | given
    if args.knowledge:
        raise ConfigError("--knowledge says what is measured in --runs, which was not given")
    if chosen["books"] > chosen["items"]:
        raise ConfigError(f"--books {chosen['books']}: more than the items, {chosen['items']}; each holds one or more")
    return design(
        int(chosen["mixtures"]),
        int(chosen["seeds"]),
        int(chosen["items"]),
        int(chosen["books"]),
        chosen["seed_sd"] / 100,
        chosen["discordance"],
        chosen["icc"],
    )


def _measured(args: argparse.Namespace) -> "list[tuple[str, Design]]":
    """One study for each group of the runs that has seeds, with what was typed in place of what it was."""
    typed = [name for name in ("items", "books", "seed_sd", "discordance", "icc") if getattr(args, name) is not None]
    if typed:
        raise ConfigError(f"--{typed[0].replace('_', '-')}: --runs measures it; leave one of the two out")
    from medlong.compare.analyse import study
    from medlong.compare.comparison import load
    from medlong.compare.table import group_title

    comparison = load(args.runs, knowledge=args.knowledge)
    changes = {name: value for name in ("mixtures", "seeds") if (value := getattr(args, name)) is not None}
    found = [(group_title(group), study(comparison, group)) for group in comparison.groups]
    studies = [(title, replace(each, **changes)) for title, each in found if each is not None]
    if not studies:
        where = ", ".join(str(folder) for folder in args.runs)
        raise DataError(f"{where}: no mixture with two training seeds, so nothing to take variances from; leave --runs")
    return studies


def _settings(study: "Design") -> str:
    seed, luck, book = (100 * variance**0.5 for variance in (study.seed_variance, study.noise, study.book))
    return (
        f"{study.mixtures} mixtures, {study.items:.0f} items on {study.books:.0f} books.\n"
        f"Standard deviations in points: {seed:.1f} between seeds, {luck:.1f} of a run's luck with items, "
        f"{book:.1f} of a difference by the books."
    )


def _table(
    study: "Design", seen: "Callable[[Design], float]", chance: "Callable[[Design, float], float]", effect: float | None
) -> list[str]:
    """Lines: seeds, smallest difference seen at 80 %, and the power at `effect` if given."""
    heading = "seeds per mixture   smallest difference seen (power 80 %)"
    lines = [heading + (f"   power at {effect:g} points" if effect is not None else "")]
    for seeds in sorted({1, 2, 3, 5, 8, study.seeds}):
        each = replace(study, seeds=seeds)
        least = seen(each)
        size = "none" if least != least else f"{100 * least:.1f} points"
        tail = f"   {100 * chance(each, effect / 100):.0f} %" if effect is not None else ""
        notes = " (of checkpoints: one seed says nothing of mixtures)" if seeds == 1 else ""
        notes += "   <- this plan" if seeds == study.seeds else ""
        lines.append(f"{seeds:17d}   {size}{tail}{notes}")
    return lines


def _enough(study: "Design", effect: float) -> list[str]:
    from medlong.inference.power import MOST_ITEMS, MOST_SEEDS, enough_items, enough_seeds, enough_together

    seeds, items = enough_seeds(study, effect), enough_items(study, effect)
    points = f"{100 * effect:g} points at a power of 80 %"
    by_seeds = f"{seeds} seeds per mixture" if seeds else f"not even {MOST_SEEDS} seeds per mixture"
    by_items = f"{items[0]} items on {items[1]} books" if items else f"not even {MOST_ITEMS} times the items"
    if study.seeds < 2:
        return [f"Enough for {points}: {by_seeds} on these items."]
    lines = [f"Enough for {points}: {by_seeds} on these items, or {by_items} with {study.seeds} seeds."]
    if seeds is None and (both := enough_together(study, effect)):
        lines.append(f"Or both: {both.seeds} seeds per mixture and {both.items:.0f} items on {both.books:.0f} books.")
    return lines


def _whole(least: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number from {least}")
        return int(text)

    return parse


def _number(low: float, high: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r}: expected a number from {low:g} to {high:g}")
        return value

    return parse
