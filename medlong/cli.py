"""The `medlong` command: parse, call, print. Each package adds its own sub-commands."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from medlong import __version__
from medlong.errors import MedlongError

COMMANDS = ("harness", "lm", "exam", "mixing", "training", "compare")


def parser() -> argparse.ArgumentParser:
    """Return the whole command-line parser; nothing heavy is imported."""
    top = argparse.ArgumentParser(prog="medlong", description=__doc__ and sys.modules["medlong"].__doc__)
    top.add_argument("--version", action="version", version=f"medlong {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for package in COMMANDS:
        import_module(f"medlong.{package}.command").add(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 2 after one clear message when the user can put it right."""
    args, rest = parser().parse_known_args(argv)
    if rest and not getattr(args, "passes_rest", False):
        parser().error(f"unrecognized arguments: {' '.join(rest)}")
    args.rest = rest
    try:
        return int(args.run(args))
    except MedlongError as error:
        print(f"medlong: error: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        print("medlong: stopped", file=sys.stderr)
        return 130
