"""Where the numbers come from: runs, recipes, mixtures, versions and files with their hashes."""

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

import medlong
from medlong.compare.comparison import Comparison
from medlong.compare.entries import Entry
from medlong.errors import DataError

KEPT = ("recipe_sha256", "base_model_id", "adapter", "steps", "train_loss", "tokens_seen", "wall_seconds")
RESULT_KEYS = ("lm_eval_version", "transformers_version", "git_hash", "model_name", "max_length", "chat_template_sha")


@dataclass(frozen=True, slots=True)
class Origin:
    """One evaluated model: facts as pairs of name and value, and its files with their SHA-256."""

    name: str
    facts: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]


def origins(comparison: Comparison, sample_hashes: Mapping[str, str]) -> list[Origin]:
    """Return the origin of every model that is compared, each once.

    Raises:
        DataError: If a file has changed or gone since it was first read.
    """
    entries = {entry.key: entry for group in comparison.groups for entry in group.entries}
    return [_origin(entry, comparison.samples, sample_hashes) for entry in entries.values()]


def versions() -> list[tuple[str, str]]:
    """Return the versions that made the page."""
    packages = ((name, version(name)) for name in ("numpy", "scipy", "polars", "jinja2"))
    return [("medlong", medlong.__version__), ("Python", platform.python_version()), *packages]


def _origin(entry: Entry, samples: pl.DataFrame, hashes: Mapping[str, str]) -> Origin:
    own = samples.filter(pl.col("entry") == entry.key)
    facts: list[tuple[str, str]] = [("model" if entry.run is None else "base model", entry.model)]
    files: list[tuple[str, str]] = []
    if entry.run:
        content, sha = _read(entry.run.path)
        record = entry.run.record
        facts += [("run id", entry.key), ("recipe", record.recipe), ("seed", str(record.seed))]
        facts += [(key.replace("_", " "), str(content[key])) for key in KEPT if content.get(key) is not None]
        facts += [("trained with", _pairs(content.get("versions"))), ("trained on", _pairs(content.get("hardware")))]
        files.append((str(entry.run.path), sha))
    if entry.mixture:
        mixture = entry.mixture
        shares = ", ".join(f"{name} {100 * share:.1f} %" for name, share in mixture.shares.items())
        facts += [("mixture", f"{mixture.name}, id {mixture.mixture_id}")]
        facts += [("mixture holds", f"{mixture.total:,} {mixture.unit}: {shares}")]
    for path in own["results"].unique().sort().to_list():
        content, sha = _read(Path(path))
        facts += [(key.replace("_", " "), str(content[key])) for key in RESULT_KEYS if content.get(key) is not None]
        files.append((path, sha))
    files += [(path, hashes[path]) for path in own["file"].unique().sort().to_list() if path in hashes]
    facts += [("bank", " ".join(row)) for row in own.select("bank", "bank_version").unique().sort("bank").rows()]
    return Origin(entry.name, tuple(dict.fromkeys((name, value) for name, value in facts if value)), tuple(files))


def _read(path: Path) -> tuple[dict[str, Any], str]:
    try:
        raw = path.read_bytes()
        content = json.loads(raw)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise DataError(f"{path}: changed while it was read; compare again") from None
    return content if isinstance(content, dict) else {}, hashlib.sha256(raw).hexdigest()


def _pairs(found: object) -> str:
    return ", ".join(f"{name} {value}" for name, value in found.items()) if isinstance(found, dict) else ""
