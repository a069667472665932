"""`medlong eval`: lm_eval's own command line with our tasks and our model class registered."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from medlong import catalog
from medlong.errors import MissingPackageError


def run(argv: Sequence[str]) -> int:
    """Run lm_eval with `argv`; every flag of lm_eval works, `--model medlong-hf` too.

    Raises:
        MissingPackageError: If lm_eval is not installed.
    """
    try:
        import lm_eval.tasks
        from lm_eval.__main__ import cli_evaluate
    except ImportError:
        raise MissingPackageError("lm_eval is not installed: pip install 'medlong[eval]'") from None
    if _asks_our_model(argv):
        import medlong.lm.shared_prefix  # noqa: F401  (registers the model)
    stock, stock_argv = lm_eval.tasks.TaskManager, sys.argv
    lm_eval.tasks.TaskManager = _with_our_tasks(stock, only_ours=_asks_only_ours(argv))
    sys.argv = ["lm_eval", *argv]
    try:
        cli_evaluate()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(bool(stop.code))
    finally:
        lm_eval.tasks.TaskManager, sys.argv = stock, stock_argv
    return 0


def _with_our_tasks(stock: type, *, only_ours: bool) -> type:
    """Return a task manager that also looks in our folder; lm_eval's CLI looks the class up when it needs it."""

    class TaskManager(stock):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            given = kwargs.get("include_path") or []
            paths = list(given) if isinstance(given, list | tuple) else [given]
            kwargs["include_path"] = [str(catalog.folder("lm_eval_tasks")), *map(str, paths)]
            # The other 14,000 task files take twelve seconds to index and none of them was asked for.
            kwargs["include_defaults"] = kwargs.get("include_defaults", True) and not only_ours
            super().__init__(*args, **kwargs)

    return TaskManager


def _asks_our_model(argv: Sequence[str]) -> bool:
    """Say whether the command line, or a configuration file on it, names our model."""
    files = [Path(word.removeprefix("--config=")) for word in argv if word.endswith((".yaml", ".yml"))]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in files if path.is_file()]
    return any("medlong-hf" in text for text in (*argv, *texts))


def _asks_only_ours(argv: Sequence[str]) -> bool:
    """Say whether every task on the command line is ours, so that no other needs indexing."""
    if not argv or argv[0] in ("ls", "validate") or "--config" in argv or "--include_path" in argv:
        return False
    names: list[str] = []
    for position, word in enumerate(argv):
        if word == "--tasks" or word == "-t":
            for value in argv[position + 1 :]:
                if value.startswith("-"):
                    break
                names += value.split(",")
        elif word.startswith("--tasks="):
            names += word.removeprefix("--tasks=").split(",")
    return bool(names) and all(name.startswith("medlong_") and not name.endswith(".yaml") for name in names)
