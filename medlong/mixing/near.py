"""Rows that say nearly the same: MinHash signatures, and which row of a near pair stays."""

import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from importlib.util import find_spec
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from pydantic import Field

from medlong.config import Strict
from medlong.errors import MissingPackageError
from medlong.hashing import text_digest
from medlong.mixing.content import Message

PERMUTATIONS = 128
SEED = 1
WIDTH = 4
"""Bytes of one number of a signature."""

SHINGLE = 5
"""Words of a shingle; a character of a script without spaces counts as a word."""

FOUND = 0.99
"""Share of the pairs exactly at the threshold whose signatures meet in a band; of nearer pairs, more."""

BATCH = 10_000
"""Rows written to the scratch file at once."""

BLOCK = 512
"""Rows of one bucket compared with one at once."""

WORD = re.compile(
    r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
    r"|[^\W\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+"
)
TURN = "\x1e"
"""Stands between turns, so that a question and its answer are no sentence."""

NearRow = tuple[str, int, bytes]
"""Id, priority (the smallest stays) and signature of a row."""


class NearSpec(Strict):
    """When two rows say nearly the same; the one of the earlier component stays."""

    jaccard: float = Field(default=0.8, ge=0.3, le=1.0)
    """Share of the two rows' five-word runs that both have, from which on they are near."""


def normalised_pair(messages: Sequence[Message]) -> list[str]:
    """Return the contents but the system's, in lower case, compatibility form and single spaces."""
    texts = [turn["content"] for turn in messages if turn["role"] != "system"]
    plain = [text if text.isascii() else unicodedata.normalize("NFKC", text) for text in texts]
    return [" ".join(text.casefold().split()) for text in plain]


def pair_key(messages: Sequence[Message]) -> str:
    """Return a digest that two rows share when they differ in case, white space and system message at most."""
    return _key(normalised_pair(messages))


def prompt_key(messages: Sequence[Message]) -> str:
    """Return a digest that two rows share when all before their last assistant turn is alike, as in `pair_key`."""
    turns = [n for n, turn in enumerate(messages) if turn["role"] == "assistant"]
    return _key(normalised_pair(messages[: turns[-1]] if turns else messages))


def _key(texts: Sequence[str]) -> str:
    return text_digest(TURN.join(texts))  # no text has it: it counts as white space


def shingles(messages: Sequence[Message]) -> set[str]:
    """Return the runs of five words of a row; one run of all its words where it has fewer."""
    texts = normalised_pair(messages)
    words: list[str] = []
    for text in texts:
        words += [*(WORD.findall(text) or text.split()), TURN]
    return {" ".join(words[n : n + SHINGLE]) for n in range(max(1, len(words) - SHINGLE))}


def signature(messages: Sequence[Message]) -> bytes:
    """Return the MinHash of a row's shingles: 128 numbers of 4 bytes, the same in every process.

    Raises:
        MissingPackageError: If datasketch is not installed.
    """
    sketch = _blank().copy()
    sketch.update_batch([shingle.encode() for shingle in shingles(messages)])
    return bytes(sketch.hashvalues.astype("<u4").tobytes())


@lru_cache(maxsize=1)
def _blank() -> Any:
    _need("datasketch")
    from datasketch import MinHash

    return MinHash(num_perm=PERMUTATIONS, seed=SEED, hashfunc=_hash, scheme="affine32")


def _hash(shingle: bytes) -> int:
    return int.from_bytes(blake2b(shingle, digest_size=4).digest(), "little")


def jaccard(a: bytes, b: bytes) -> float:
    """Return the estimated share of shingles that two rows have in common; its standard error is at most 0.045."""
    same = sum(a[n : n + WIDTH] == b[n : n + WIDTH] for n in range(0, len(a), WIDTH))
    return same / PERMUTATIONS


@lru_cache(maxsize=8)
def layout(threshold: float) -> tuple[int, int]:
    """Return how many bands a signature has, and numbers each: the most that find `FOUND` of the pairs."""
    for width in range(PERMUTATIONS, 1, -1):
        count = PERMUTATIONS // width
        if 1 - (1 - threshold**width) ** count >= FOUND:
            return count, width
    return PERMUTATIONS, 1


def bands(signature: bytes, threshold: float = 0.8) -> list[bytes]:
    """Return the keys of a signature's bands, 8 bytes each; near rows have one in common."""
    count, width = layout(threshold)
    size = width * WIDTH
    return [
        blake2b(signature[n * size : (n + 1) * size], digest_size=8, salt=n.to_bytes(8, "big")).digest()
        for n in range(count)
    ]


def near_duplicates(
    rows: Iterable[NearRow], threshold: float, scratch: Path | None = None, memory: str = "1GB"
) -> dict[str, str]:
    """Return the id of every row that goes, and of the row that stays for it.

    A row goes when a row of smaller (priority, id) is near it, even if that one goes too: what goes
    depends on no order, and on no row but the two. The row that stays for it is found by following the
    smallest near row of each, and may then be less near than the threshold.

    Signatures and bands take about `memory`, and spill to a folder under `scratch`. The rows that meet in
    one band are held together and compared each with each; what is returned is held whole.

    Raises:
        MissingPackageError: If duckdb, pyarrow or numpy is not installed.
        ValueError: If an id is given twice.
    """
    _need("duckdb", "pyarrow", "numpy")
    found: dict[str, tuple[int, str]] = {}
    with tempfile.TemporaryDirectory(dir=scratch, prefix="near-") as folder:
        for bucket in _buckets(rows, threshold, Path(folder), memory):
            for dropped, kept in _meeting(bucket, threshold):
                if dropped not in found or kept < found[dropped]:
                    found[dropped] = kept
    return {dropped: _last(dropped, found) for dropped in sorted(found)}


def _last(row: str, found: dict[str, tuple[int, str]]) -> str:
    while row in found:
        row = found[row][1]
    return row


def _buckets(rows: Iterable[NearRow], threshold: float, folder: Path, memory: str) -> Iterator[list[NearRow]]:
    """Yield the rows that meet in a band, smallest (priority, id) first; every band in which several meet."""
    import duckdb

    with duckdb.connect() as store:
        store.execute(f"SET memory_limit = '{memory}'")
        store.execute(f"SET temp_directory = '{folder}'")
        store.execute("SET preserve_insertion_order = false")
        store.execute("CREATE TABLE signed (id VARCHAR, priority BIGINT, signature BLOB)")
        store.execute("CREATE TABLE banded (band BLOB, id VARCHAR)")
        _fill(store, rows, threshold)
        twice = store.execute("SELECT id FROM signed GROUP BY id HAVING count(*) > 1 ORDER BY id LIMIT 1").fetchone()
        if twice:
            raise ValueError(f"id {twice[0]!r} is given twice")
        store.execute(
            "CREATE TABLE meeting AS SELECT band, priority, id, signature FROM banded JOIN signed USING (id) "
            "WHERE band IN (SELECT band FROM banded GROUP BY band HAVING count(*) > 1)"
        )
        reader = store.sql("SELECT * FROM meeting ORDER BY band, priority, id").to_arrow_reader(BATCH)
        records = (record for batch in reader for record in batch.to_pylist())
        for _, group in groupby(records, key=itemgetter("band")):
            yield [(record["id"], record["priority"], record["signature"]) for record in group]


def _fill(store: Any, rows: Iterable[NearRow], threshold: float) -> None:
    import pyarrow

    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        ids, priorities, signatures = (list(column) for column in zip(*batch, strict=True))
        signed = pyarrow.table({"id": ids, "priority": priorities, "signature": signatures})
        pairs = [(band, row) for row, _, own in batch for band in bands(own, threshold)]
        banded = pyarrow.table({"band": [band for band, _ in pairs], "id": [row for _, row in pairs]})
        for name, table in (("signed", signed), ("banded", banded)):
            store.register("batch", table)
            store.execute(f"INSERT INTO {name} SELECT * FROM batch")
            store.unregister("batch")


def _meeting(bucket: Sequence[NearRow], threshold: float) -> Iterator[tuple[str, tuple[int, str]]]:
    """Yield every row of a sorted bucket that has a near one before it, with the first of them."""
    import numpy

    numbers = numpy.frombuffer(b"".join(own for _, _, own in bucket), dtype="<u4").reshape(len(bucket), -1)
    least = threshold * PERMUTATIONS - 1e-9
    for n in range(1, len(bucket)):
        for start in range(0, n, BLOCK):
            near = (numbers[start : min(start + BLOCK, n)] == numbers[n]).sum(axis=1) >= least
            if near.any():
                kept = bucket[start + int(near.argmax())]
                yield bucket[n][0], (kept[1], kept[0])
                break


def _need(*packages: str) -> None:
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise MissingPackageError(f"finding near duplicates needs {', '.join(missing)}: pip install 'medlong[mix]'")
