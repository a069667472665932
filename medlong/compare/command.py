"""`medlong compare`: which run was trained on what, and how it did on the exam."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from medlong import atomic
from medlong.errors import DataError, MissingPackageError


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add this package's sub-commands."""
    about = "join runs, mixtures and exam results by id, with standard errors"
    compare = commands.add_parser("compare", help=about, description=f"{about[0].upper()}{about[1:]}.")
    compare.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="scanned with all they contain")
    compare.add_argument(
        "--scoring", choices=("generate", "letter", "cloze"), help="only this scoring; otherwise one set of tables each"
    )
    compare.add_argument(
        "--base", metavar="NAME", help="compare all rows with this one, not each run with its base model"
    )
    compare.add_argument("--allow-partial", action="store_true", help="compare shared items when the items differ")
    compare.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables as Markdown as well")
    compare.add_argument("--csv", type=Path, metavar="FILE", help="write every number as CSV as well")
    compare.add_argument("--html", type=Path, metavar="FILE", help="write a report for a browser as well")
    compare.set_defaults(run=_compare)


def _compare(args: argparse.Namespace) -> int:
    try:
        from medlong.compare.comparison import load
        from medlong.compare.export import to_csv
        from medlong.compare.table import markdown
        from medlong.compare.terminal import show
        from medlong.report.page import report
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("medlong"):
            raise
        message = f"compare needs the package {error.name}; install it with: pip install 'medlong[report]'"
        raise MissingPackageError(message) from None
    for path in (args.markdown, args.csv, args.html):
        if path:
            _refuse_unwritable(path)
    comparison = load(args.folders, scoring=args.scoring, base=args.base, allow_partial=args.allow_partial)
    show(comparison, sys.stdout)
    for path, render in ((args.markdown, markdown), (args.csv, to_csv), (args.html, report)):
        if path:
            _write(path, render(comparison))
    return 0


def _refuse_unwritable(path: Path) -> None:
    """Raise before anything is written, so that two outputs are written or none."""
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
