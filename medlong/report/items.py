"""The answers behind the numbers: every choice, and the texts of the few items shown, from the sample files."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import ValidationError

from medlong.compare.comparison import Group
from medlong.compare.records import Record
from medlong.compare.samples import RESPS, primary, without_prompt
from medlong.errors import DataError
from medlong.report import SHOWN
from medlong.scoring.answers import best_option

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Key = tuple[str, str, str, str]
"""Task, bank, arm and item: what names one question in one book."""


@dataclass(frozen=True, slots=True)
class Text:
    """What was asked, without the book."""

    question: str
    options: tuple[str, ...]
    letter: str
    language: str


@dataclass(frozen=True, slots=True)
class Answers:
    """What a second reading of the sample files brought."""

    choices: dict[tuple[str, Key], str]
    """By model and question: the letter or letters chosen, empty where none could be read."""
    texts: dict[Key, Text]
    hashes: dict[str, str]
    """SHA-256 of every sample file, by its path."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The items of one arm whose gold page stands in one fifth of the book, and those of them that are shown."""

    arm: str
    fifth: int | None
    """None where there is no book; -1 where the page was withheld."""
    n_items: int
    n_differing: int
    """Items that some models got right and others wrong."""
    shown: tuple[str, ...]

    def left_out(self) -> int:
        """Return how many items are not shown."""
        return self.n_items - len(self.shown)


class _Doc(Record):
    id: str
    arm: str
    bank: str
    scoring: str
    language: str = ""
    question: str = ""
    options: Any = None
    letter: str = ""


class _Line(Record):
    doc: _Doc
    filter: str
    filtered_resps: Any = None


def rows_of(samples: pl.DataFrame, group: Group) -> pl.DataFrame:
    """Return the samples of one group, one row a model, arm and item."""
    keys = [entry.key for entry in group.entries]
    exam = group.exam
    same = (pl.col("family") == exam.family) & (pl.col("bank") == exam.bank)
    return primary(samples.filter(same & pl.col("entry").is_in(keys)))


def shelves(rows: pl.DataFrame, arms: Sequence[str], most: int | None = SHOWN) -> list[Shelf]:
    """Return the shelves of one group in the order of `arms` and depth, `most` items shown of each, None for all."""
    items = rows.group_by("arm", "item").agg(
        pl.col("depth_fifth").filter(pl.col("book") != "").max().alias("fifth"),
        (pl.col("acc").max() != pl.col("acc").min()).alias("differs"),
    )
    ordered = items.sort("fifth", "differs", "item", descending=[False, True, False])
    found = []
    for arm in arms:
        own = ordered.filter(pl.col("arm") == arm)
        for fifth in own["fifth"].unique().sort().to_list():
            members = own.filter(pl.col("fifth").eq_missing(pl.lit(fifth, dtype=pl.Int64)))
            shown = tuple(members["item"].head(members.height if most is None else most).to_list())
            found.append(Shelf(arm, fifth, members.height, int(members["differs"].sum()), shown))
    return found


def read(samples: pl.DataFrame, wanted: Iterable[Key]) -> Answers:
    """Return all choices and the texts of the `wanted` questions, reading each sample file once, line by line.

    Raises:
        DataError: If a file has changed or gone since it was first read.
    """
    texts: dict[Key, Text] = {}
    missing = set(wanted)
    choices: dict[tuple[str, Key], str] = {}
    hashes: dict[str, str] = {}
    files = primary(samples).select("file", "entry", "family", "filter").unique().sort("file", "entry")
    for file, entry, family, kept in files.rows():
        sha = hashlib.sha256()
        try:
            with Path(file).open("rb") as stream:
                for line in stream:
                    sha.update(line)
                    sample = _Line.model_validate_json(without_prompt(line, RESPS))
                    if sample.filter != kept:
                        continue
                    key = (family, sample.doc.bank, sample.doc.arm, sample.doc.id)
                    choices[entry, key] = _chosen(sample)
                    if key in missing:
                        missing.discard(key)
                        texts[key] = _text(sample.doc)
        except OSError as error:
            raise DataError(f"{file}: cannot be read: {error.strerror}") from None
        except ValidationError:
            raise DataError(f"{file}: changed while it was read; compare again") from None
        hashes[file] = sha.hexdigest()
    return Answers(choices, texts, hashes)


def _text(doc: _Doc) -> Text:
    options = tuple(str(option) for option in doc.options) if isinstance(doc.options, list) else ()
    return Text(doc.question, options, doc.letter, doc.language)


def _chosen(sample: _Line) -> str:
    """Return the letters chosen, by the rule that scored them; empty where there are none to be read."""
    found = sample.filtered_resps
    if sample.doc.scoring == "generate":
        first = found[0] if isinstance(found, list) and found else found
        return first if isinstance(first, str) else ""
    options = _text(sample.doc).options
    if not isinstance(found, list) or len(found) != len(options) or not options:
        return ""
    try:
        scores = [float(pair[0]) for pair in found]
    except (TypeError, ValueError, IndexError):
        return ""
    cloze = sample.doc.scoring == "cloze"
    return LETTERS[best_option(scores, [len(option) if cloze else 1 for option in options])]
