"""Put our task files where plain `lm_eval` looks, and take exactly those away again.

lm_eval up to 0.4.13 has no way for another package to add tasks to the plain command, so
the declarations are copied into its own task folder, on request, with a manifest. Copies
and not pointers: lm_eval 0.4.11 stops at a pointer whose target is gone, so pointers would
break every other task once medlong is uninstalled; a copy merely cannot be run.
"""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from medlong import __version__, atomic, catalog
from medlong.errors import ConfigError, MissingPackageError
from medlong.hashing import file_digest

MANIFEST = "medlong_link.json"


@dataclass(frozen=True, slots=True)
class Status:
    """What plain `lm_eval` will see of our tasks."""

    folder: Path
    state: str
    """`linked`, `stale` (of another version of the files), `absent`, `entry point`, or `orphan`."""

    advice: str


def tasks_folder() -> Path:
    """Return the folder in which the installed lm_eval keeps its tasks.

    Raises:
        MissingPackageError: If lm_eval is not installed.
    """
    spec = find_spec("lm_eval")
    if spec is None:
        raise MissingPackageError("lm_eval is not installed: pip install 'medlong[eval]'")
    if spec.origin is None:
        stray = next(iter(spec.submodule_search_locations or ["lm_eval"]))
        raise MissingPackageError(f"{stray} is a folder left over from an uninstalled lm_eval; remove it")
    return Path(spec.origin).parent / "tasks"


def status() -> Status:
    """Return what plain `lm_eval` will see."""
    folder = tasks_folder() / "medlong"
    if _has_entry_points():
        return Status(folder, "entry point", "this lm_eval finds our tasks by itself")
    if not folder.exists():
        return Status(folder, "absent", "run `medlong link`, or use `medlong eval`")
    record = _manifest(folder)
    if record is None:
        return Status(folder, "orphan", f"{folder} was not written by medlong; move it away")
    source = catalog.folder("lm_eval_tasks")
    if record["files"] != _digests(source, _files(source)) or record["files"] != _digests(folder, record["files"]):
        return Status(folder, "stale", "run `medlong link` again")
    return Status(folder, "linked", "plain `lm_eval --tasks medlong_openbook` works")


def link() -> Status:
    """Copy the task files into the installed lm_eval; a former copy of ours is replaced, other files stay.

    Raises:
        ConfigError: If the folder is there and is not ours, or cannot be written.
    """
    now = status()
    if now.state == "entry point":
        return now
    if now.state == "orphan":
        raise ConfigError(now.advice)
    source = catalog.folder("lm_eval_tasks")
    try:
        with atomic.new_folder(now.folder) as new:
            for name in _foreign(now.folder):
                _copy(now.folder, new, name)
            for name in _files(source):
                _copy(source, new, name)
            record = {"medlong_link": 1, "medlong": __version__, "files": _digests(source, _files(source))}
            (new / MANIFEST).write_text(json.dumps(record, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    except PermissionError as error:
        raise ConfigError(f"{error.filename}: may not be written; use `medlong eval` instead of `lm_eval`") from None
    return status()


def unlink() -> int:
    """Remove what `link` wrote and nothing else; return how many files went.

    Raises:
        ConfigError: If the folder holds no manifest of ours.
    """
    folder = tasks_folder() / "medlong"
    if not folder.exists():
        return 0
    record = _manifest(folder)
    if record is None:
        raise ConfigError(f"{folder}: no {MANIFEST} in it, so medlong did not write it; left as it is")
    removed = 0
    for name in [*record["files"], MANIFEST]:
        path = folder / name
        if path.is_file():
            path.unlink()
            removed += 1
    for cache in folder.rglob("__pycache__"):
        shutil.rmtree(cache)
    for empty in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
        if not any(empty.iterdir()):
            empty.rmdir()
    if not any(folder.iterdir()):
        folder.rmdir()
    return removed


def _has_entry_points() -> bool:
    source = tasks_folder() / "manager.py"
    return source.is_file() and '"lm_eval.tasks"' in source.read_text(encoding="utf-8")


def _manifest(folder: Path) -> dict[str, dict[str, str]] | None:
    try:
        record = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and isinstance(record.get("files"), dict) else None


def _files(folder: Path) -> list[str]:
    """Return the task files of a folder: YAML and the hooks beside it, not the package marker."""
    found = [path for suffix in ("yaml", "py") for path in folder.rglob(f"*.{suffix}")]
    names = (path.relative_to(folder).as_posix() for path in found if "__pycache__" not in path.parts)
    return sorted(name for name in names if not name.endswith("__init__.py"))


def _foreign(folder: Path) -> list[str]:
    """Return the files in a linked folder that medlong did not put there."""
    record = _manifest(folder)
    ours = {*record["files"], MANIFEST} if record else set()
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return sorted({path.relative_to(folder).as_posix() for path in found} - ours)


def _copy(source: Path, target: Path, name: str) -> None:
    (target / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source / name, target / name)


def _digests(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Return the hash of each named file, an empty text for one that is missing."""
    paths = {name: folder / name for name in names}
    return {name: file_digest(path) if path.is_file() else "" for name, path in paths.items()}
