"""The reading of a source: what each row is, how long, and whether it stays, as one Parquet file a piece."""

import json
import pickle
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from medlong import __version__
from medlong.atomic import write_text
from medlong.errors import DataError
from medlong.hashing import digest
from medlong.mixing.content import Message, normalise, written
from medlong.mixing.guard import fingerprint
from medlong.mixing.judge import Judge
from medlong.mixing.lengths import Characters, Lengths
from medlong.mixing.near import pair_key, prompt_key, signature
from medlong.mixing.origin import Origin, Reject, Row
from medlong.mixing.pieces import Piece, Tally, check, pieces, read
from medlong.mixing.spec import Mixture
from medlong.mixing.tokenizer import identity
from medlong.mixing.workers import Job, Tick, Workers

ROWS, CHARACTERS = 1_000, 1_000_000
"""A batch of rows has no more of either, but at least one row."""


_COLUMNS = {
    "row": "int64",
    "cid": "binary",
    **dict.fromkeys(Lengths._fields, "int64"),
    "reason": "string",
    "dropped": "bool",
    "facts": "string",
    "line": "string",
    **dict.fromkeys(("pair", "prompt", "signature"), "binary"),
}


class Look(NamedTuple):
    """What is to be found out of every row of a mixture's sources."""

    mixture: Mixture
    folder: Path
    """Of the mixture file."""

    def key(self) -> str:
        """Return a digest of everything but the rows that decides what a survey says."""
        mixture = self.mixture
        tokenizer = identity(mixture.tokenizer.beside(self.folder)) if mixture.tokenizer else None
        banks = fingerprint(mixture.decontaminate, self.folder) if mixture.decontaminate else None
        rules = mixture.model_dump_json(include={"sequence_len", "filter", "dedup", "decontaminate"})
        return digest([__version__, tokenizer, banks, rules])

    def judge(self) -> Judge:
        """Return what judges the rows, made once in each process."""
        return _judge(pickle.dumps(self))


@lru_cache(maxsize=2)
def _judge(look: bytes) -> Judge:
    return Judge(*pickle.loads(look))


class Survey(NamedTuple):
    """One piece to be read."""

    piece: Piece
    look: Look | None
    """None where only the content counts."""

    folder: Path
    """Takes the files."""

    key: str
    """Of `look`."""


class Surveyed(NamedTuple):
    """What one piece has."""

    piece: Piece
    rows: Path
    """Parquet; see `survey`."""

    rejects: Path
    """A line of JSON for each bad row; empty where there is none."""

    tally: Tally
    rejected: int
    """Lines of `rejects`: more than the tally has where a source is made of another, whose bad rows they are."""

    @property
    def source(self) -> str:
        """Its id."""
        return self.piece.origin.id


def survey_all(origins: Iterable[Origin], look: Look | None, folder: Path, hands: Workers) -> list[Surveyed]:
    """Return what every piece of `origins` has, in their order; the files are in `folder`.

    Raises:
        ConfigError: If a source is not what it should be.
        DataError: If files are missing, or more rows are bad than may be, or one turns up that the mixture refuses.
    """
    folder.mkdir(exist_ok=True)
    key = look.key() if look else ""
    listed = [(origin, piece) for origin in origins for piece in pieces(origin)]
    jobs = [Job(Survey(piece, look, folder, key), piece.size) for _, piece in listed]
    found = list(hands.map(survey, jobs, "reading"))
    for origin, group in groupby(zip(listed, found, strict=True), lambda each: each[0][0]):
        check(origin, [surveyed.tally for _, surveyed in group])
    return found


def survey(task: Survey, tick: Tick) -> Surveyed:
    """Read one piece and write what it has; nothing is done again that a killed process had finished.

    The Parquet file has a line for each row: `row` (its number in the piece), `cid` (content id), its lengths,
    `reason`, `dropped` and `facts` of a row that is left out or reported, `line` (as it is written), `pair` and
    `prompt` (keys under which rows count as alike) and `signature` (MinHash), each null where the mixture does not ask
    for it.

    Raises:
        DataError: If a row is bad and may not be, or the mixture asks for an error where such a row turns up.
    """
    place = task.folder / digest([task.piece.key(), task.key])[:32]
    found = Surveyed(task.piece, place.with_suffix(".parquet"), place.with_suffix(".rejects"), Tally(0, 0, ()), 0)
    mark = place.with_suffix(".json")
    if mark.is_file():
        done = json.loads(mark.read_text(encoding="utf-8"))
        tick(done["good"], task.piece.size)
        return found._replace(rejected=done.pop("rejected"), tally=Tally(**done))
    rejected = 0
    with found.rejects.open("w", encoding="utf-8", newline="\n") as rejects:

        def reject(bad: Reject) -> None:
            nonlocal rejected
            rejected += 1
            record = {"source": found.source, **bad._asdict()}
            rejects.write(json.dumps(record, ensure_ascii=False) + "\n")

        reading = read(task.piece, reject)
        _write(found.rows, _columns(task, reading, tick))
    if digest([task.piece.key(), task.key])[:32] != place.name:
        raise DataError(f"{task.piece.shown().rpartition(':')[0]}: changed while it was being read; build again")
    write_text(mark, json.dumps({**reading.tally._asdict(), "rejected": rejected}))
    return found._replace(tally=reading.tally, rejected=rejected)


def _write(path: Path, batches: Iterable[dict[str, list[Any]]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in _COLUMNS.items()])
    with pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=["reason"]) as writer:
        for batch in batches:
            writer.write_table(pa.Table.from_pydict(batch, schema=schema))


def _columns(task: Survey, rows: Iterable[Row], tick: Tick) -> Iterator[dict[str, list[Any]]]:
    number = told = 0
    for batch in _batches(rows):
        messages = [normalise(row.messages) for row in batch]
        columns: dict[str, list[Any]] = {"row": list(range(number, number + len(batch)))}
        texts = [written(row) for row in messages]
        columns["cid"] = [bytes.fromhex(text.content_id) for text in texts]
        columns["line"] = [text.line for text in texts]
        if task.look is None:
            columns |= _by_field(Characters().lengths(messages))
        else:
            columns |= _judged(task, task.look.judge(), batch, messages)
        yield dict.fromkeys(_COLUMNS, [None] * len(batch)) | columns
        number += len(batch)
        size = min(sum(columns["characters"]), task.piece.size - told) if _is_plain(task.piece) else 0
        told += size
        tick(len(batch), size)
    tick(0, task.piece.size - told)


def _is_plain(piece: Piece) -> bool:
    """Whether the characters of its rows say how many bytes were read, nearly."""
    return piece.path is not None and piece.path.suffix.lower() in (".json", ".jsonl", ".csv", ".tsv")


def _judged(
    task: Survey, judge: Judge, rows: Sequence[Row], messages: Sequence[Sequence[Message]]
) -> dict[str, list[Any]]:
    """The columns that depend on what the mixture asks for."""
    try:
        lengths = judge.lengths(messages)
        found = [judge(*each) for each in zip(messages, lengths, strict=True)]
    except DataError:
        raise _located(task, judge, rows, messages) from None
    columns = _by_field(lengths)
    columns["reason"] = [verdict and verdict.reason for verdict in found]
    columns["dropped"] = [verdict and verdict.dropped for verdict in found]
    columns["facts"] = [verdict and json.dumps(verdict.facts, ensure_ascii=False) for verdict in found]
    columns["prompt"] = [bytes.fromhex(prompt_key(said)) for said in messages]
    if judge.dedup.key == "normalised_pair":
        columns["pair"] = [bytes.fromhex(pair_key(said)) for said in messages]
    if judge.dedup.near is not None:
        columns["signature"] = [signature(said) for said in messages]
    return columns


def _located(task: Survey, judge: Judge, rows: Sequence[Row], messages: Sequence[Sequence[Message]]) -> DataError:
    """What is wrong with the first row of a batch that is no good, and where that row is."""
    for row, said in zip(rows, messages, strict=True):
        try:
            judge(said, judge.lengths([said])[0])
        except DataError as error:
            return DataError(f"source {task.piece.origin.id!r}: {task.piece.place_of(row)}: {error}")
    raise AssertionError("a batch was refused, and none of its rows is")


def _by_field(lengths: Sequence[Lengths]) -> dict[str, list[Any]]:
    return dict(zip(Lengths._fields, map(list, zip(*lengths, strict=True)), strict=True))


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    size = 0
    for row in rows:
        length = sum(len(turn["content"]) for turn in row.messages)
        if batch and (len(batch) == ROWS or size + length > CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += length
    if batch:
        yield batch
