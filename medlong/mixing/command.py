"""`medlong mix`: build mixtures, show what was built, name what would be."""

import argparse
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from medlong.mixing.plan import Watch

T = TypeVar("T")
FILE_HELP = "a mixture file, or the name of a shipped one, such as half_general"


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add `mix` with its sub-commands build, show, id and contamination."""
    mix = commands.add_parser("mix", help="build and inspect training mixtures", description=__doc__)
    kinds = mix.add_subparsers(dest="mix_command", required=True, metavar="COMMAND")
    build = kinds.add_parser("build", help="write a mixture's training file, row index and manifest")
    build.add_argument("file", metavar="FILE", help=FILE_HELP)
    build.add_argument("--out", type=Path, default=Path("build"), help="parent folder (default: build)")
    build.set_defaults(run=_build)
    show = kinds.add_parser("show", help="print the table of a mixture that was built")
    show.add_argument("place", metavar="FILE_OR_DIR", help="a built folder, its manifest.json, or a mixture file")
    show.add_argument("--out", type=Path, default=Path("build"), help="where a mixture file was built (default: build)")
    show.set_defaults(run=_show)
    name = kinds.add_parser("id", help="print the mixture id and write nothing")
    name.add_argument("file", metavar="FILE", help=FILE_HELP)
    name.set_defaults(run=_id)
    found = kinds.add_parser("contamination", help="list the rows of a mixture's sources that give an exam away")
    found.add_argument("file", metavar="FILE", help=FILE_HELP)
    found.add_argument("--banks", metavar="NAMES", help="banks or their folders, by comma (default: all that ship)")
    found.add_argument("--out", type=Path, metavar="JSONL", help="write every such row, with both texts")
    found.set_defaults(run=_contamination)


def _build(args: argparse.Namespace) -> int:
    from medlong.mixing.build import build

    path = _mixture_file(args.file)
    with _progress() as watch:
        built = build(path, args.out, watch)
    _table(built.manifest)
    print(f"{built.folder}{' (up to date)' if built.was_current else ''}")
    return 0


def _show(args: argparse.Namespace) -> int:
    from medlong.errors import ConfigError
    from medlong.mixing.build import mixture_id, read_manifest

    place = Path(args.place)
    if not place.is_dir() and place.suffix != ".json":
        path = _mixture_file(args.place)
        with _progress() as watch:
            place = args.out / mixture_id(path, watch)
        if not place.is_dir():
            raise ConfigError(f"{path}: not built in {args.out}; run: medlong mix build {args.place} --out {args.out}")
    manifest = read_manifest(place)
    try:
        _table(manifest)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ConfigError(f"{place}: not a whole manifest ({error!r}); build the mixture again") from None
    return 0


def _id(args: argparse.Namespace) -> int:
    from medlong.mixing.build import mixture_id

    with _progress() as watch:
        found = mixture_id(_mixture_file(args.file), watch)
    print(found)
    return 0


def _contamination(args: argparse.Namespace) -> int:
    from rich.console import Console

    from medlong.exam.banks import EMBEDDED
    from medlong.mixing import contamination
    from medlong.mixing.guard import DecontaminateSpec

    names = [name.strip() for name in args.banks.split(",")] if args.banks else list(EMBEDDED)
    with _progress() as watch:
        checked = contamination.check(_mixture_file(args.file), DecontaminateSpec(banks=tuple(names)), watch)
    if args.out:
        contamination.write(checked, args.out)
    contamination.show(checked, Console())
    return int(any(content.found for content in checked.values()))


def _mixture_file(text: str) -> Path:
    """The file at `text`, or the shipped mixture of that name."""
    from medlong import catalog
    from medlong.errors import ConfigError

    path = Path(text)
    if path.exists() or path.suffix or path.name != text:
        return path
    shipped = {file.stem: file for file in catalog.yaml_files("mixtures") if file.stem != "sources"}
    if text not in shipped:
        raise ConfigError(catalog.unknown("mixture file or shipped mixture", text, shipped))
    return shipped[text]


@contextmanager
def _progress() -> Iterator["Watch"]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:

        def watch(items: Iterable[T], what: str) -> Iterable[T]:
            return progress.track(items, description=what)

        yield watch


def _table(manifest: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{manifest['name']}  {manifest['mixture_id']}", title_justify="left")
    for column in ("component", "share", "quota", "realised", "characters", "repeats"):
        table.add_column(column, justify="left" if column == "component" else "right")
    for name, content in manifest["components"].items():
        repeats = max(source["max_repeats"] for source in content["sources"].values())
        numbers = (content["quota"], content["realised"]["examples"], content["realised"]["characters"])
        table.add_row(name, content["share"], *(f"{number:,}" for number in numbers), str(repeats))
    Console().print(table)
