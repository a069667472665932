"""`medlong eval`, `link`, `unlink`, `doctor` and `path`."""

import argparse
from typing import Any

from medlong import catalog


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the commands that have to do with lm-evaluation-harness."""
    evaluate = commands.add_parser(
        "eval", help="lm_eval with our tasks and --model medlong-hf; every flag of lm_eval works", add_help=False
    )
    evaluate.set_defaults(run=_eval, passes_rest=True)
    link = commands.add_parser("link", help="make our tasks known to plain `lm_eval`")
    link.set_defaults(run=_link)
    unlink = commands.add_parser("unlink", help="undo `medlong link`")
    unlink.set_defaults(run=_unlink)
    doctor = commands.add_parser("doctor", help="say what `lm_eval` will see and which packages are here")
    doctor.set_defaults(run=_doctor)
    path = commands.add_parser("path", help="print where a kind of declaration lies, for --include_path")
    path.add_argument("kind", choices=catalog.KINDS)
    path.set_defaults(run=_path)


def _eval(args: argparse.Namespace) -> int:
    from medlong.harness import run

    return run.run(args.rest)


def _link(_: argparse.Namespace) -> int:
    from medlong.harness import link

    now = link.link()
    print(f"{now.folder}: {now.state}; {now.advice}")
    return 0


def _unlink(_: argparse.Namespace) -> int:
    from medlong.harness import link

    print(f"{link.unlink()} files removed")
    return 0


def _doctor(_: argparse.Namespace) -> int:
    from medlong.harness import doctor

    report = doctor.report()
    for line in report.lines:
        print(line)
    return 0 if report.healthy else 1


def _path(args: argparse.Namespace) -> int:
    print(catalog.folder(args.kind))
    return 0
