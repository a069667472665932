"""The `medlong` command: parse, call, print. Each package adds its own sub-commands."""

import argparse
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module

from medlong import __version__
from medlong.errors import MedlongError

COMMANDS = ("harness", "lm", "exam", "exam.show", "mixing", "training", "soup", "compare", "planning")


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
        with _stopped_by_sigterm():
            return int(args.run(args))
    except MedlongError as error:
        print(f"medlong: error: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 1
    except OSError as error:
        if error.filename is None:
            raise
        print(f"medlong: error: {error.filename}: {_reason(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("medlong: stopped", file=sys.stderr)
        return 130


def _reason(error: OSError) -> str:
    if isinstance(error, FileExistsError | NotADirectoryError):
        return "is a file, expected a folder"
    return error.strerror or type(error).__name__


@contextmanager
def _stopped_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, so that nothing half-made is left."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    former = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)
