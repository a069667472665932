"""Content hashes: the one place that says how things are identified and put in keyed order."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(value: object) -> str:
    """Return the sha256 hex digest of `value` written as canonical JSON (sorted keys, UTF-8)."""
    return hashlib.sha256(_CANONICAL.encode(value).encode()).hexdigest()


def text_digest(text: str) -> str:
    """Return the sha256 hex digest of `text` in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def file_digest(path: Path) -> str:
    """Return the sha256 hex digest of a file's bytes, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keyed(*parts: object) -> int:
    """Return a uniform 64-bit integer that depends on `parts` alone.

    It orders and draws things without a random stream, so that adding, removing or
    re-ordering other things changes nothing. Never depends on Python's hash seed.
    """
    joined = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(joined.encode()).digest()[:8], "big")


def keyed_order(items: Iterable[T], *key: object) -> list[T]:
    """Return `items` ordered by a keyed hash of each one's `str`, ties impossible in practice."""
    return sorted(items, key=lambda item: keyed(*key, item))
