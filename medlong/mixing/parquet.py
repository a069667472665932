"""The rows of a built mixture as Parquet, beside train.jsonl and from its very lines."""

import json
from collections.abc import Iterator
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from medlong.errors import DataError, MissingPackageError
from medlong.hashing import file_digest

PARQUET = "train.parquet"
GROUP = 10_000
"""Rows held in memory at once, and in one row group of the file."""


def write(folder: Path, train: str) -> None:
    """Write the rows of `folder / train` to train.parquet; its one column is messages, a list of role and content.

    The same rows and the same pyarrow give the same bytes; the file names the version that wrote it.

    Raises:
        DataError: If the file read back has other rows.
        MissingPackageError: If pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError:
        raise MissingPackageError("--parquet needs the package pyarrow: pip install 'medlong[mix]'") from None
    turn = pa.struct([pa.field("role", pa.string()), pa.field("content", pa.string())])
    schema = pa.schema([pa.field("messages", pa.list_(turn))])
    with pq.ParquetWriter(folder / PARQUET, schema, compression="zstd", store_schema=False) as writer:
        found = _rows(folder / train)
        while group := list(islice(found, GROUP)):
            writer.write_table(pa.Table.from_pylist(group, schema=schema), row_group_size=GROUP)
    _compare(pq.ParquetFile(folder / PARQUET), folder, train)


def facts(folder: Path) -> dict[str, str]:
    """Return what the manifest says of the Parquet file in `folder`; nothing when there is none."""
    path = folder / PARQUET
    return {"parquet": PARQUET, "parquet_sha256": file_digest(path)} if path.is_file() else {}


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            yield json.loads(line)


def _compare(written: Any, folder: Path, train: str) -> None:
    back = (row for batch in written.iter_batches(batch_size=GROUP) for row in batch.to_pylist())
    for number, (row, planned) in enumerate(zip_longest(back, _rows(folder / train)), start=1):
        if row != planned:
            raise DataError(f"{folder / PARQUET}: row {number} is not line {number} of {train}")
