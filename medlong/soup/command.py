"""`medlong soup`: average a base model with what it was tuned to."""

import argparse
from pathlib import Path
from typing import Any


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add `soup`."""
    soup = commands.add_parser("soup", help="average models that began as one", description=__doc__)
    soup.add_argument("models", metavar="MODEL", type=Path, nargs="+", help="folders of models, the base first")
    soup.add_argument("--out", type=Path, required=True, help="the soup's folder")
    soup.add_argument("--mergekit", metavar="FILE", type=Path, help="also write it as a configuration of mergekit")
    soup.add_argument("--tuned", metavar="W", help="weight of the tuned model, the base having the rest (default: 0.5)")
    soup.add_argument("--layers", metavar="SPANS", help="tuned weights by layer: 0-11:0.2,12-23:0.8,embed:0,head:1")
    soup.add_argument("--weights", metavar="W,W,...", help="one for each of several models (default: equal ones)")
    soup.add_argument("--allow-any-sum", action="store_true", help="weights need not sum to 1 (task arithmetic)")
    soup.add_argument("--tokenizer-from", choices=("base", "tuned"), help="whose tokenizer, where they differ")
    soup.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    from medlong.atomic import write_text
    from medlong.errors import ConfigError
    from medlong.soup.checkpoint import checkpoint
    from medlong.soup.mergekit import config
    from medlong.soup.soup import soup
    from medlong.soup.weights import recipe

    if len(args.models) < 2:
        raise ConfigError("a soup needs two models or more: medlong soup BASE TUNED --out DIR")
    weights = recipe(len(args.models), args.weights, args.tuned, args.layers, args.allow_any_sum)
    total = sum(tensor.bytes for tensor in checkpoint(args.models[0]).tensors.values())
    tokenizer = {None: None, "base": 0, "tuned": 1}[args.tokenizer_from]
    console = Console(stderr=True)
    columns = (TextColumn("averaging"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("averaging", total=total)
        for _, size in soup(args.models, weights, args.out, tokenizer):
            progress.advance(task, size)
    if args.mergekit:
        write_text(args.mergekit, config([checkpoint(folder) for folder in args.models], weights, args.mergekit))
    print(args.out)
    return 0
