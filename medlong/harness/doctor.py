"""What is installed, and what plain `lm_eval` will find."""

from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from medlong.errors import MissingPackageError
from medlong.harness import link

PACKAGES = ("medlong", "lm_eval", "axolotl", "torch", "transformers", "peft", "datasets", "flash-attn")


class Report(NamedTuple):
    """The doctor's findings."""

    lines: list[str]
    healthy: bool
    """False when plain `lm_eval` cannot run our tasks and a command would mend that."""


def report() -> Report:
    """Return what is installed and the state of our tasks in lm_eval."""
    lines = [f"{name:14}{_version(name)}" for name in PACKAGES]
    try:
        now = link.status()
    except MissingPackageError as error:
        return Report([*lines, str(error)], healthy=False)
    lines.append(f"{'tasks':14}{now.state}: {now.advice} ({now.folder})")
    return Report(lines, healthy=now.state in ("linked", "entry point"))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
