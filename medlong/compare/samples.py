"""Read lm_eval sample files line by line into small columns; prompts and answers are neither decoded nor kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

import polars as pl
from pydantic import Field, ValidationError

from medlong.compare import cache
from medlong.compare.faults import Faults
from medlong.compare.records import Record
from medlong.hashing import digest

SHOWN = 3
"""Faulty lines of one file that are written out; the others are counted."""

STRICT = "strict"

BUFFER = 1 << 20
ARGUMENTS, RESPS, FILTER = b', "arguments": ', b', "resps": ', b', "filter": '
"""lm_eval's EvaluationTracker writes `arguments`, `resps`, `filtered_resps` and `filter` after one another."""

NAME = pl.Categorical()
"""Names and hashes, of which each occurs in many rows: four bytes a row."""

SCHEMA = pl.Schema(
    {
        "file": NAME,
        "task": NAME,
        "family": NAME,
        "filter": NAME,
        "run_id": NAME,
        "bank": NAME,
        "bank_version": NAME,
        "language": NAME,
        "scoring": NAME,
        "arm": NAME,
        "length": pl.Int64(),
        "item": NAME,
        "item_hash": NAME,
        "kind": NAME,
        "letter": NAME,
        "book": NAME,
        "book_hash": NAME,
        "depth": pl.Float64(),
        "depth_fifth": pl.Int64(),
        "n_tokens": pl.Int64(),
        "acc": pl.Float64(),
        "own_knowledge": pl.Float64(),
        "no_answer": pl.Float64(),
        "overlength": pl.Boolean(),
    }
)

KEPT = pl.Schema({name: kind for name, kind in SCHEMA.items() if name != "file"})
"""What of a file is the same wherever it lies."""

R = TypeVar("R", bound=Record)
T = TypeVar("T")


class Doc(Record):
    """The fields of an exam question that a comparison needs."""

    id: str = Field(min_length=1)
    arm: str = Field(min_length=1)
    scoring: Literal["generate", "letter", "cloze"]
    bank: str
    bank_version: str | int | float
    run_id: str | None
    language: str = ""
    length: int = 0
    kind: str = ""
    book: str | None = ""
    book_hash: str | None = ""
    depth: float | None = None
    depth_fifth: int | None = None
    n_tokens: int | None = None
    question: str = ""
    options: object = None
    letter: str = ""


class Sample(Record):
    """One line of a sample file: one question under one answer filter."""

    doc: Doc
    filter: str
    acc: float = Field(ge=0, le=1)
    own_knowledge: float | None = Field(None, ge=0, le=1)
    no_answer: float | None = None
    overlength: float = 0


def read_samples(path: Path, task: str, faults: Faults) -> pl.DataFrame:
    """Return the sample file as a frame with the columns of `SCHEMA`, one row a question and filter.

    Faulty lines are recorded as faults with their line numbers, and so are a question that occurs
    twice and a file that mixes training runs. A file without any fault is kept in the cache.
    """
    name = cache.key(path, task, KEPT)
    kept = cache.fetch(name, KEPT)
    if kept is None:
        rows, whole = read_lines(path, Sample, lambda sample: _row(task, sample), faults)
        kept = pl.DataFrame(rows, schema=KEPT, orient="row")
        wrong = _wrong(kept)
        for text in wrong:
            faults.add(path, text)
        if whole and not wrong and cache.key(path, task, KEPT) == name:
            cache.store(name, kept)
    return kept.select(pl.lit(str(path), dtype=NAME).alias("file"), pl.all())


def read_lines(path: Path, model: type[R], keep: Callable[[R], T], faults: Faults) -> tuple[list[T], bool]:
    """Return what `keep` takes of every readable line of a sample file, and whether there was no other line.

    One line is held at a time; the first faulty ones are recorded with their numbers.
    """
    found: list[T] = []
    wrong: list[str] = []
    readable = True
    try:
        with path.open("rb", buffering=BUFFER) as file:
            for number, line in enumerate(file, start=1):
                try:
                    found.append(keep(model.model_validate_json(without_prompt(line, FILTER))))
                except ValidationError as error:
                    wrong.append(f"line {number}: {_explain(error)}")
    except OSError as error:
        faults.add(path, f"cannot be read: {error.strerror}")
        readable = False
    for text in wrong[:SHOWN]:
        faults.add(path, text)
    if len(wrong) > SHOWN:
        faults.add(path, f"and {len(wrong) - SHOWN} more broken lines")
    return found, readable and not wrong


def without_prompt(line: bytes, until: bytes) -> bytes:
    """Cut what lies between the keys ARGUMENTS and `until` out of a line of lm_eval; return any other line as it is.

    Decoding them is most of the time of reading. Within a JSON string every quote has a backslash
    before it, so a key found with its plain quotes is a key. One that occurs twice means that two
    lines ran into each other: such a line is decoded in full, and refused.
    """
    start, end = line.find(ARGUMENTS), line.rfind(until)
    if start < 0 or end < start or line.rfind(ARGUMENTS) != start:
        return line
    return line[:start] + line[end:]


def primary(frame: pl.DataFrame) -> pl.DataFrame:
    """Return one row a question: those of the strict filter where a file has it, else of its only filter."""
    strict = pl.col("filter") == STRICT
    return frame.filter(strict | ~strict.any().over("file"))


def count_primary(frame: pl.DataFrame) -> int:
    """Return how many rows of one file's frame `primary` would keep."""
    return int((frame["filter"] == STRICT).sum()) or frame.height


def _row(task: str, sample: Sample) -> dict[str, object]:
    doc = sample.doc
    return {
        "task": task,
        "family": task.removesuffix(f"_{doc.arm}"),
        "filter": sample.filter,
        "run_id": doc.run_id or "",
        "bank": doc.bank,
        "bank_version": str(doc.bank_version),
        "language": doc.language,
        "scoring": doc.scoring,
        "arm": doc.arm,
        "length": doc.length,
        "item": doc.id,
        "item_hash": digest([doc.question, doc.options, doc.letter])[:16],
        "kind": doc.kind,
        "letter": doc.letter,
        "book": doc.book or "",
        "book_hash": doc.book_hash or "",
        "depth": doc.depth,
        "depth_fifth": doc.depth_fifth,
        "n_tokens": doc.n_tokens,
        "acc": sample.acc,
        "own_knowledge": sample.own_knowledge,
        "no_answer": sample.no_answer,
        "overlength": sample.overlength >= 1,
    }


def _explain(error: ValidationError) -> str:
    details = error.errors(include_url=False, include_input=False)
    if details[0]["type"] == "json_invalid":
        return "truncated or not JSON; evaluate the task again"
    found = "; ".join(f"{'.'.join(str(part) for part in d['loc'])}: {d['msg']}" for d in details)
    hint = " (was it run with --predict_only?)" if any(d["loc"] == ("acc",) for d in details) else ""
    return found + hint


def _wrong(frame: pl.DataFrame) -> list[str]:
    """What is wrong with the rows of one file together."""
    found = []
    filters = frame["filter"].unique().sort().to_list()
    if len(filters) > 1 and STRICT not in filters:
        found.append(f"answer filters {', '.join(filters)}, none of them {STRICT!r}: which one counts is not known")
    keys = ["filter", "arm", "item"]
    twice = frame.filter(frame.select(keys).is_duplicated())["item"].unique().sort().to_list()
    if twice:
        found.append(f"{len(twice)} items occur twice (first: {twice[0]}); keep one evaluation a file")
    runs = frame["run_id"].unique().sort().to_list()
    if len(runs) > 1:
        found.append(f"mixes the runs {', '.join(repr(run) for run in runs)}; evaluate each model by itself")
    return found
