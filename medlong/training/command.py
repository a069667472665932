"""`medlong recipe`: render the Axolotl recipes from their source, and check any recipe strictly."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medlong.training.check import Finding

SOURCES = "a _source.yaml or _family.yaml (default: all shipped), or a study, which needs --out"


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add `recipe` with its sub-commands render and check."""
    recipe = commands.add_parser("recipe", help="render and check Axolotl recipes", description=__doc__)
    kinds = recipe.add_subparsers(dest="recipe_command", required=True, metavar="COMMAND")
    render = kinds.add_parser("render", help="write the recipes that a source declares")
    render.add_argument("source", metavar="SOURCE", type=Path, nargs="*", help=SOURCES)
    render.add_argument("--out", metavar="DIR", type=Path, help="where the recipes of a study go, with its run.sh")
    render.add_argument("--check", action="store_true", help="write nothing; fail if a recipe is stale")
    render.set_defaults(run=_render)
    check = kinds.add_parser("check", help="everything to know of recipes before they are used")
    check.add_argument("file", metavar="FILE", type=Path, nargs="+", help="an Axolotl YAML")
    check.add_argument(
        "--gpus", metavar="N", type=_positive, help="how many GPUs train (default: as the recipe says, or 1)"
    )
    check.add_argument("--gpu-memory", metavar="GIB", type=float, help="memory of each; to need more is an error")
    check.add_argument("--strict", action="store_true", help="fail for warnings too")
    check.add_argument("--json", action="store_true", help="print all findings as JSON")
    check.set_defaults(run=_check)


def _render(args: argparse.Namespace) -> int:
    from medlong.errors import ConfigError
    from medlong.training import render, studies, table

    if args.out is not None:
        return _render_studies(args)
    found = args.source or render.sources()
    if study := next((source for source in found if studies.is_study(source)), None):
        raise ConfigError(f"{study}: is a study, so say where its recipes go: --out DIR")
    if args.check:
        stale = [line for source in found for line in render.stale(source)]
        stale += [] if args.source else table.stale()
        if stale:
            text = "\n".join(f"  {line}" for line in stale)
            raise ConfigError(f"{len(stale)} stale; run: medlong recipe render\n{text}")
        print("all recipes are as their source declares them")
        return 0
    changed = [file for source in found for file in render.write(source)]
    changed += [] if args.source else table.write()
    print("\n".join(f"wrote {file}" for file in changed) or "nothing to write: all recipes are current")
    return 0


def _render_studies(args: argparse.Namespace) -> int:
    from medlong.errors import ConfigError
    from medlong.training import studies

    if args.check or len(args.source) != 1 or not studies.is_study(args.source[0]):
        raise ConfigError("--out is for one study, such as recipes/studies/paper_ratios.yaml, and not with --check")
    written = studies.write(args.source[0], args.out)
    print(f"wrote {len(written) - 1} recipes and {written[-1]}; the whole study: sh {written[-1]}")
    return 0


def _check(args: argparse.Namespace) -> int:
    from medlong.errors import ConfigError
    from medlong.training.check import findings, shared_outputs

    found = {file: findings(file, args.gpus, args.gpu_memory) for file in args.file}
    clashes = list(shared_outputs({file: _output_dir(file) for file in args.file}))
    wrong = ("error", "warning") if args.strict else ("error",)
    faulty = {file: [each for each in all_ if each.severity in wrong] for file, all_ in found.items()}
    if args.json:
        content = {str(file): [asdict(each) for each in all_] for file, all_ in found.items()}
        print(json.dumps({"files": content, "together": clashes}, ensure_ascii=False, indent=2))
        return 2 if clashes or any(faulty.values()) else 0
    for file, all_ in found.items():
        if not faulty[file]:
            print("\n".join([f"{file}: ok", *(f"  {each.told()}" for each in all_)]))
    if clashes or any(faulty.values()):
        told = [_told(file, faulty[file], found[file]) for file in args.file if faulty[file]]
        raise ConfigError("\n".join([*told, *clashes]))
    return 0


def _told(file: Path, faulty: "Sequence[Finding]", all_: "Sequence[Finding]") -> str:
    count = f"{len(faulty)} problem{'s' if len(faulty) > 1 else ''}"
    lines = [each.told() for each in (*faulty, *(each for each in all_ if each not in faulty))]
    return f"{file}: {count}\n" + "\n".join(f"  {line}" for line in lines)


def _output_dir(file: Path) -> object:
    from medlong.config import load_mapping

    return load_mapping(file).get("output_dir")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number
