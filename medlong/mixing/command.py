"""`medlong mix`: build mixtures, show and compare what was built, lock their sources."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medlong.mixing.spec import Mixture
    from medlong.mixing.workers import Workers

FILE_HELP = "a mixture file, or the name of a shipped one, such as half_general; FILE#NAME is one of its mixtures"
ONLY_HELP = "this mixture of the file alone (may be given again)"


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add `mix` with its sub-commands."""
    mix = commands.add_parser("mix", help="build and inspect training mixtures", description=__doc__)
    kinds = mix.add_subparsers(dest="mix_command", required=True, metavar="COMMAND")
    build = kinds.add_parser("build", help="write a mixture's training file, row index and manifest")
    build.add_argument("file", metavar="FILE", help=FILE_HELP)
    build.add_argument("--out", type=Path, default=Path("build"), help="parent folder (default: build)")
    build.add_argument("--relock", action="store_true", help="accept changed sources: write the lock anew, then build")
    build.add_argument("--parquet", action="store_true", help="write the rows as train.parquet too")
    build.add_argument("--only", action="append", metavar="NAME", help=ONLY_HELP)
    _add_sources(build)
    _add_hands(build)
    build.set_defaults(run=_build)
    show = kinds.add_parser(
        "show", help="print the table of a mixture that was built, its licences and some of its rows"
    )
    show.add_argument("place", metavar="FILE_OR_DIR", help="a built folder, its manifest.json, or a mixture file")
    show.add_argument("--out", type=Path, default=Path("build"), help="where a mixture file was built (default: build)")
    show.add_argument(
        "--rows", type=_count, default=0, metavar="N", help="the first N rows too, with where each is from"
    )
    show.add_argument("--plot", type=Path, metavar="FILE", help="draw the composition into a .png or .svg file")
    _add_sources(show)
    _add_hands(show)
    show.set_defaults(run=_show)
    name = kinds.add_parser("id", help="print the mixture id and write nothing")
    name.add_argument("file", metavar="FILE", help=FILE_HELP)
    name.add_argument("--only", action="append", metavar="NAME", help=ONLY_HELP)
    _add_sources(name)
    _add_hands(name)
    name.set_defaults(run=_id)
    _add_plan(kinds)
    _add_readers(kinds)


def _add_sources(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--sources", type=Path, metavar="LIST", help="a list of sources in place of the one that FILE includes"
    )


def _add_hands(command: argparse.ArgumentParser) -> None:
    command.add_argument("--workers", type=_positive, metavar="N", help="processes at work (default: cores)")
    command.add_argument("--ray", metavar="ADDRESS", help="use this Ray cluster instead: auto, local, or its address")


def _add_readers(kinds: "argparse._SubParsersAction[Any]") -> None:
    diff = kinds.add_parser(
        "diff", help="compare two built mixtures; exit status 0: the same, 1: different, 2: trouble"
    )
    diff.add_argument("a", metavar="A", type=Path, help="a built folder, or the manifest in it")
    diff.add_argument("b", metavar="B", type=Path, help="another")
    diff.add_argument(
        "--rows", type=_count, default=0, metavar="N", help="up to N rows that one side alone has, of each"
    )
    diff.set_defaults(run=_diff)
    card = kinds.add_parser("card", help="print the data card that build writes as README.md")
    card.add_argument("place", metavar="DIR", type=Path, help="a built folder, or the manifest in it")
    card.set_defaults(run=_card)
    lock = kinds.add_parser("lock", help="write what the sources hold now to a lock, which build then holds them to")
    lock.add_argument("file", metavar="FILE", type=Path, help="a mixture file; its lock is written beside it")
    _add_sources(lock)
    _add_hands(lock)
    lock.set_defaults(run=_lock)
    found = kinds.add_parser("contamination", help="list the rows of a mixture's sources that give an exam away")
    found.add_argument("file", metavar="FILE", help=FILE_HELP)
    found.add_argument("--banks", metavar="NAMES", help="banks or their folders, by comma (default: all that ship)")
    found.add_argument("--out", type=Path, metavar="JSONL", help="write every such row, with both texts")
    found.set_defaults(run=_contamination)


def _add_plan(kinds: "argparse._SubParsersAction[Any]") -> None:
    plan = kinds.add_parser("plan", help="list what a mixture file stands for, without reading data")
    plan.add_argument("file", metavar="FILE", help=FILE_HELP)
    plan.add_argument("--only", action="append", metavar="NAME", help=ONLY_HELP)
    _add_sources(plan)
    plan.set_defaults(run=_plan)
    schema = kinds.add_parser("schema", help="print the JSON Schema of a mixture file, for editors")
    schema.set_defaults(run=_schema)


def _build(args: argparse.Namespace) -> int:
    from medlong.mixing import lock, manifest, show
    from medlong.mixing.build import build_all

    paths = [path for _, path in _chosen(args)]
    with _hands(args) as hands:
        if args.relock:
            lock.renew(paths[0], hands, args.sources)
        for built in build_all(paths, args.out, args.parquet, hands, args.sources):
            show.show(manifest.parse(built.manifest, built.folder), show.tolerant(sys.stdout))
            print(f"{built.folder}{' (up to date)' if built.was_current else ''}", flush=True)
    return 0


@contextmanager
def _hands(args: argparse.Namespace) -> "Iterator[Workers]":
    """What reads and writes, and shows how far it is."""
    from medlong.mixing.progress import progress
    from medlong.mixing.workers import workers

    with progress() as shown, workers(args.workers, args.ray, shown) as hands:
        yield hands


def _show(args: argparse.Namespace) -> int:
    from medlong.errors import ConfigError
    from medlong.mixing import manifest, plot, show
    from medlong.mixing.build import mixture_id

    place = Path(args.place)
    if not place.is_dir() and place.suffix != ".json":
        path = _mixture_file(args.place)
        with _hands(args) as hands:
            place = args.out / mixture_id(path, hands, args.sources)
        if not place.is_dir():
            listed = f" --sources {args.sources}" if args.sources else ""
            run = f"medlong mix build {args.place} --out {args.out}{listed}"
            raise ConfigError(f"{path}: not built in {args.out}; run: {run}")
    built = manifest.load(place)
    if args.plot:
        plot.plot(built.manifest, args.plot)
    show.show(built.manifest, show.tolerant(sys.stdout))
    show.show_rows(built, args.rows, sys.stdout)
    return 0


def _diff(args: argparse.Namespace) -> int:
    from medlong.mixing import diff, show
    from medlong.mixing.progress import progress

    with progress() as shown:
        found = diff.compare(args.a, args.b, shown)
    diff.show(found, args.rows, show.tolerant(sys.stdout))
    return 0 if found.same else 1


def _card(args: argparse.Namespace) -> int:
    from medlong.mixing import card, manifest, show

    show.tolerant(sys.stdout).write(card.render(manifest.load(args.place)))
    return 0


def _lock(args: argparse.Namespace) -> int:
    from medlong.mixing import lock

    with _hands(args) as hands:
        place = lock.write(args.file, hands, args.sources)
    print(place)
    return 0


def _id(args: argparse.Namespace) -> int:
    from medlong.mixing.build import mixture_ids

    chosen = _chosen(args)
    with _hands(args) as hands:
        ids = mixture_ids([path for _, path in chosen], hands, args.sources)
        for (mixture, _), found in zip(chosen, ids, strict=True):
            print(f"{mixture.name} {found}" if len(chosen) > 1 else found, flush=True)
    return 0


def _count(text: str) -> int:
    """A number of rows, 0 or more."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a number of rows, 0 or more, got {text!r}")
    return int(text)


def _positive(text: str) -> int:
    """A number of workers, 1 or more."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"expected a number of workers, 1 or more, got {text!r}")
    return int(text)


def _contamination(args: argparse.Namespace) -> int:
    from rich.console import Console

    from medlong.exam.banks import EMBEDDED
    from medlong.mixing import contamination
    from medlong.mixing.guard import DecontaminateSpec
    from medlong.mixing.progress import progress

    names = [name.strip() for name in args.banks.split(",")] if args.banks else list(EMBEDDED)
    with progress() as shown:
        checked = contamination.check(_mixture_file(args.file), DecontaminateSpec(banks=tuple(names)), shown)
    if args.out:
        contamination.write(checked, args.out)
    contamination.show(checked, Console())
    return int(any(content.found for content in checked.values()))


def _plan(args: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.table import Table

    from medlong.mixing.sources import resolve

    chosen = _chosen(args)
    for mixture, path in chosen if args.sources else ():
        resolve(mixture, path, args.sources)  # which says what the list lacks
    components = list(chosen[0][0].components)
    table = Table(title=f"{len(chosen)} mixture{'s' if len(chosen) > 1 else ''}", title_justify="left")
    units = {mixture.unit.replace("_", " ") for mixture, _ in chosen} - {"examples"}
    total = f"total ({units.pop()})" if units else "total"
    for n, column in enumerate(("name", "seed", "order seed", total, *components)):
        table.add_column(column, justify="right" if n else "left", no_wrap=True)
    for mixture, _ in chosen:
        table.add_row(mixture.name, str(mixture.seed), str(mixture.order_seed()), *_amounts(mixture))
    width = None if Console().is_terminal else 1_000
    Console(width=width).print(table)
    return 0


def _amounts(mixture: "Mixture") -> list[str]:
    """The total and what is asked of each component, as far as they are known before data is read."""
    from medlong.mixing.apportion import webster
    from medlong.mixing.spec import share_text

    if mixture.take is not None:
        return ["", *(f"take {share_text(mixture.take[name])}" for name in mixture.components)]
    shares, total = mixture.asked()
    quotas = webster(shares, total)
    most = f"{'up to ' if mixture.shortage.shrink else ''}{total:,}"
    return [most, *(f"{quotas[name]:,} ({share_text(shares[name])})" for name in mixture.components)]


def _schema(_: argparse.Namespace) -> int:
    from medlong.mixing.spec import schema

    print(json.dumps(schema(), indent=2))
    return 0


def _chosen(args: argparse.Namespace) -> "list[tuple[Mixture, Path]]":
    """Each mixture that is asked for, with the path that names it alone."""
    from medlong.catalog import unknown
    from medlong.errors import ConfigError
    from medlong.mixing.spec import file_of, load_all

    path = _mixture_file(args.file)
    found = {mixture.name: mixture for mixture in load_all(path)}
    for name in args.only or []:
        if name not in found:
            raise ConfigError(f"{path}: {unknown('mixture', name, found)}")
    if len(found) == 1:
        return [(mixture, path) for mixture in found.values()]
    file = file_of(path)
    return [
        (mixture, file.with_name(f"{file.name}#{name}"))
        for name, mixture in found.items()
        if not args.only or name in args.only
    ]


def _mixture_file(text: str) -> Path:
    """The file at `text`, or the shipped mixture of that name."""
    from medlong import catalog
    from medlong.errors import ConfigError

    path = Path(text)
    plain, _, name = text.partition("#")
    root = catalog.folder("mixtures")
    files = [file for file in catalog.yaml_files("mixtures") if file.stem != "sources"]
    shipped = {file.relative_to(root).with_suffix("").as_posix(): file for file in files}
    if path.exists() or Path(plain).exists() or Path(plain).suffix:
        return path
    if plain in shipped:
        return shipped[plain].with_name(f"{shipped[plain].name}#{name}") if name else shipped[plain]
    if Path(plain).name != plain and plain.partition("/")[0] not in {key.partition("/")[0] for key in shipped}:
        return path
    raise ConfigError(catalog.unknown("mixture file or shipped mixture", text, shipped))
