"""Refuse to compare what was not measured alike: other books, other versions, other items."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import polars as pl

from medlong.compare.entries import Entry
from medlong.compare.faults import Faults

EXAM = ["family", "bank"]


def check_once(samples: pl.DataFrame, names: dict[str, str], faults: Faults) -> None:
    """Record a fault for every model and task that has more than one result file."""
    files = samples.group_by("entry", "task").agg(pl.col("results").unique().sort()).sort("entry", "task")
    for entry, task, paths in files.rows():
        for first, second in pairwise(paths):
            text = f"a second result of {names[entry]} on {task}, beside {first}; keep one of the two"
            faults.add(Path(second), text)


def check_versions(samples: pl.DataFrame, faults: Faults) -> None:
    """Record a fault for every file whose bank or task version is not that of the first file."""
    for key, column, what in ((EXAM, "bank_version", "bank_version"), (["task"], "task_version", "task version")):
        files = samples.select("file", *key, column).unique().sort(*key, "file")
        for _, group in files.group_by(key, maintain_order=True):
            wanted, reference = group[column][0], group["file"][0]
            for file, found in group.filter(pl.col(column) != wanted).select("file", column).rows():
                text = f"{what} {found!r}, but {reference} has {wanted!r}; evaluate both with one version"
                faults.add(Path(file), text)


def check_books(samples: pl.DataFrame, base: Entry, others: Sequence[Entry], faults: Faults) -> None:
    """Record a fault where a model was asked an item with another book or wording than the base was."""
    key = [*EXAM, "scoring", "arm", "item"]
    columns = [*key, "file", "book_hash", "item_hash"]
    reference = samples.filter(pl.col("entry") == base.key).select(columns)
    pairs = samples.select("entry", *columns).join(reference, on=key, suffix="_base")
    for column, what in (("book_hash", "book"), ("item_hash", "question or options")):
        wrong = pairs.filter(pl.col(column) != pl.col(f"{column}_base")).sort(*key)
        for entry in others:
            for _, group in wrong.filter(pl.col("entry") == entry.key).group_by("file", maintain_order=True):
                first = group.row(0, named=True)
                text = f"{group.height} items were asked with another {what} than in {first['file_base']}"
                hashes = f"first: {first['item']}, {first[column]!r} and {first[f'{column}_base']!r}"
                remedy = "evaluate both models with the same tokenizer and options"
                faults.add(Path(first["file"]), f"{text} ({hashes}); {remedy}")


def missing_items(samples: pl.DataFrame, entries: Sequence[Entry]) -> list[tuple[Entry, str]]:
    """Return, for every model, what others of `entries` were asked and it was not."""
    keys = [*EXAM, "arm", "item"]
    everything = samples.select(keys).unique()
    whole = {row[:-1]: row[-1] for row in everything.group_by(*EXAM, "arm").len().rows()}
    asked = {
        str(key): part for (key,), part in samples.select("entry", *keys).partition_by("entry", as_dict=True).items()
    }
    found: list[tuple[Entry, str]] = []
    for entry in entries:
        lacking = everything.join(asked.get(entry.key, samples.clear()), on=keys, how="anti")
        counts = lacking.group_by(*EXAM, "arm").agg(pl.len(), pl.col("item").min()).sort(*EXAM, "arm")
        for family, bank, arm, count, first in counts.rows():
            of = whole[family, bank, arm]
            found.append((entry, f"lacks {count} of {of} items of {family}_{arm} (first: {first})"))
    return found
