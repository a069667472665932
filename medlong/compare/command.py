"""`medlong compare`: which run was trained on what, and how it did on the exam."""

import argparse
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medlong import atomic
from medlong.errors import DataError, MissingPackageError
from medlong.report import SHOWN

if TYPE_CHECKING:
    from medlong.compare.comparison import Comparison
    from medlong.compare.table import View

PROPERTIES = ("kind", "language", "depth_fifth", "letter")


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add this package's sub-commands."""
    about = "join runs, mixtures and exam results by id, with standard errors"
    compare = commands.add_parser("compare", help=about, description=f"{about[0].upper()}{about[1:]}.")
    compare.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="scanned with all they contain")
    compare.add_argument(
        "--scoring", choices=("generate", "letter", "cloze"), help="only this scoring; otherwise one set of tables each"
    )
    compare.add_argument(
        "--kind", action="append", default=[], metavar="KIND", help="only items of this kind (repeatable)"
    )
    compare.add_argument(
        "--base", metavar="NAME", help="compare all rows with this one, not each run with its base model"
    )
    compare.add_argument(
        "--knowledge",
        action="append",
        default=[],
        metavar="TASK[:METRIC]",
        help="the task that shows knowledge, of medlong or any other (repeatable: their mean); closed book without it",
    )
    compare.add_argument("--allow-partial", action="store_true", help="compare shared items when the items differ")
    _add_view(compare)
    _add_outputs(compare)
    compare.set_defaults(run=_compare)


def _add_view(compare: argparse.ArgumentParser) -> None:
    compare.add_argument(
        "--columns", metavar="A,B,...", help="only these columns of the tables; or of the CSV, as one table"
    )
    compare.add_argument("--sort", metavar="COLUMN[:desc]", help="sort the rows of each table that has this column")
    compare.add_argument(
        "--by", action="append", choices=PROPERTIES, default=[], help="accuracy by this property of the items as well"
    )
    compare.add_argument("--reference", metavar="NAME", help="set published tables beside these: paper")


def _add_outputs(compare: argparse.ArgumentParser) -> None:
    compare.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables as Markdown as well")
    compare.add_argument("--latex", type=Path, metavar="FILE", help="write the tables as LaTeX (booktabs) as well")
    compare.add_argument("--csv", type=Path, metavar="FILE", help="write every number as CSV as well")
    compare.add_argument(
        "--others-csv", type=Path, metavar="FILE", help="write the scores of other lm_eval tasks as CSV"
    )
    compare.add_argument("--html", type=Path, metavar="FILE", help="write a report for a browser as well")
    compare.add_argument(
        "--html-items",
        type=_count,
        default=SHOWN,
        metavar="N|all",
        help=f"items listed in it of each arm and depth, those first on which models differ (default: {SHOWN})",
    )
    compare.add_argument(
        "--model-card", type=Path, metavar="FILE", help="write a section for the model card of one model as well"
    )
    compare.add_argument("--entry", metavar="NAME", help="the model that --model-card is about")
    compare.add_argument(
        "--to",
        action="append",
        default=[],
        metavar="CLIENT[:PLACE]",
        help="send the scores to wandb, mlflow or tensorboard, to this project, experiment or folder",
    )


def _compare(args: argparse.Namespace) -> int:
    try:
        return _run(args)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("medlong"):
            raise
        message = f"compare needs the package {error.name}; install it with: pip install 'medlong[report]'"
        raise MissingPackageError(message) from None


def _run(args: argparse.Namespace) -> int:
    from medlong.compare.arrange import parse
    from medlong.compare.comparison import load
    from medlong.compare.inference import analyses
    from medlong.compare.publish import check_client, publish
    from medlong.compare.reference.published import reference
    from medlong.compare.table import View
    from medlong.compare.terminal import show

    if args.entry and not args.model_card:
        raise DataError("--entry names the model of --model-card FILE, which was not given")
    for path in (args.markdown, args.latex, args.csv, args.others_csv, args.html, args.model_card):
        if path:
            _refuse_unwritable(path)
    for target in args.to:
        check_client(target)
    choice = parse(args.columns, args.sort)
    source = reference(args.reference) if args.reference else None
    comparison = load(
        args.folders,
        scoring=args.scoring,
        kinds=args.kind,
        base=args.base,
        allow_partial=args.allow_partial,
        knowledge=args.knowledge,
    )
    view = View(analyses(comparison), tuple(dict.fromkeys(args.by)), choice, source)
    texts = _texts(args, comparison, view)
    show(comparison, sys.stdout, view)
    for path, text in texts:
        _write(path, text)
    for target in args.to:
        print(publish(comparison, view.analyses, target))
    return 0


def _texts(args: argparse.Namespace, comparison: "Comparison", view: "View") -> list[tuple[Path, str]]:
    """Every file with its text, all made before any is written."""
    from medlong.compare.card import model_card
    from medlong.compare.latex import latex
    from medlong.compare.other_sheet import others_csv
    from medlong.compare.table import csv_view, markdown
    from medlong.report.page import report

    command = shlex.join(["medlong", *sys.argv[1:]])
    makers: tuple[tuple[Path | None, Callable[[], str]], ...] = (
        (args.markdown, lambda: markdown(comparison, view)),
        (args.latex, lambda: latex(comparison, view)),
        (args.csv, lambda: csv_view(comparison, view)),
        (args.others_csv, lambda: others_csv(comparison)),
        (args.html, lambda: report(comparison, view, command, args.html_items)),
        (args.model_card, lambda: model_card(comparison, view.analyses, args.entry)),
    )
    return [(path, make()) for path, make in makers if path]


def _count(text: str) -> int | None:
    if text != "all" and not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number or all")
    return None if text == "all" else int(text)


def _refuse_unwritable(path: Path) -> None:
    """Raise before anything is written, so that all outputs are written or none."""
    existing = next(folder for folder in path.absolute().parents if folder.exists())
    if path.is_dir():
        raise DataError(f"{path}: cannot be written: Is a directory")
    if not existing.is_dir():
        raise DataError(f"{path}: cannot be written: {existing} is a file")
    if not os.access(existing, os.W_OK):
        raise DataError(f"{path}: cannot be written: no permission to write in {existing}")


def _write(path: Path, text: str) -> None:
    try:
        atomic.write_text(path, text)
    except OSError as error:
        raise DataError(f"{path}: cannot be written: {error.strerror}") from None
