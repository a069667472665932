"""Which rows are taken and in which order they are trained on: keyed hashes of content, nothing else."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypedDict

from medlong.hashing import digest, keyed

SELECTION = "medlong-select-1"
ORDER = "medlong-order-1"
RENDER_FORMAT = "messages-v1"


class Message(TypedDict):
    """One turn of a conversation."""

    role: str
    content: str


class Pick(NamedTuple):
    """One use of one row."""

    source: str
    content_id: str
    epoch: int
    """0 on the first pass over the source, 1 on the second."""


def normalise(messages: Sequence[Message]) -> list[Message]:
    """Return `messages` in Unicode normal form C with newlines as line feeds.

    Rows are written in this form, so that one content id always stands for the same bytes.
    """
    return [Message(role=turn["role"], content=_normal(turn["content"])) for turn in messages]


def _normal(text: str) -> str:
    if text.isascii() and "\r" not in text:
        return text
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def content_id(messages: Sequence[Message]) -> str:
    """Return the sha256 hex digest of the roles and contents of `messages`, once normalised."""
    return digest([[turn["role"], turn["content"]] for turn in normalise(messages)])


def select(content_ids: Iterable[str], source: str, seed: int, count: int) -> list[Pick]:
    """Return `count` picks from one source, in the order in which a growing quota would take them.

    A row's place depends on its own content, the source's id and the seed alone: more rows, fewer rows,
    another row order or duplicates change no other row's place, and a larger count keeps every pick of a
    smaller one. Past the last row, whole passes begin again in the same order, with the next epoch.

    Raises:
        ValueError: If rows are asked of a source that has none.
    """
    order = sorted(set(content_ids), key=lambda cid: (keyed(SELECTION, seed, source, cid), cid))
    if count and not order:
        raise ValueError(f"source {source!r} has no rows")
    return [Pick(source, order[n % len(order)], n // len(order)) for n in range(count)]


def training_order(picks: Iterable[Pick], seed: int) -> list[Pick]:
    """Return `picks` in the order of a second keyed hash, which mixes sources and epochs evenly."""
    return sorted(picks, key=lambda pick: (keyed(ORDER, seed, *pick), pick))


def identify(picks: Iterable[Pick]) -> str:
    """Return the mixture id: 16 hex digits of the hash of the ordered content ids and render format."""
    return digest([RENDER_FORMAT, [pick.content_id for pick in picks]])[:16]
