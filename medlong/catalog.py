"""The only module that knows where the declaration folders lie, in a checkout and in a wheel."""

import difflib
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from medlong.errors import ConfigError

RUN_FILE = "medlong_run.json"
"""The file beside a checkpoint that says what was trained on what."""

KINDS = ("lm_eval_tasks", "mixtures", "recipes")


def folder(kind: str) -> Path:
    """Return the folder of one kind of declaration: `lm_eval_tasks`, `mixtures` or `recipes`.

    Raises:
        ConfigError: If `kind` is none of these.
    """
    if kind not in KINDS:
        raise ConfigError(unknown("folder", kind, KINDS))
    return Path(str(files(f"medlong.{kind}")))


def yaml_files(kind: str) -> list[Path]:
    """Return every YAML file of one kind, sorted; the lock of a mixture is none."""
    return sorted(path for path in folder(kind).rglob("*.yaml") if not path.name.endswith(".lock.yaml"))


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """Return the message for a name that does not exist: the nearest right one, and all of them."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else "."
    return f"no {what} named {name!r}{hint} Known: {', '.join(names)}"
