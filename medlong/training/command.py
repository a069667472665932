"""Sub-commands of this package."""

import argparse
from typing import Any


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add this package's sub-commands."""
