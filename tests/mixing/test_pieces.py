"""Sources cut into pieces give what the same sources give whole: rows, rejects and messages."""

import json
import os
import pickle
from collections.abc import Callable
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medlong.errors import DataError
from medlong.mixing.pieces import PIECE, SHOWN, Piece, Tally, check, pieces, read
from medlong.mixing.readers import cut, record, records, spans
from medlong.mixing.sources import Origin, Reject, Row, resolve, rows
from medlong.mixing.spec import Source, load
from medlong.mixing.tokenizer import TokenizerSpec

GOOD = json.dumps({"question": "Größe 大?", "answer": "大小"}, ensure_ascii=False).encode()
ESCAPED = json.dumps({"question": "Q", "answer": "A"}).encode()


def origin(folder: Path, *names: str, **more: object) -> Origin:
    source = Source.model_validate({"files": list(names), "format": "qa", "licence": "MIT", **more})
    return Origin("mine", source, folder / "mix.yaml")


Seen = tuple[list[Row], list[Reject], str]
"""Rows and rejects of a source, and the message that ended the reading, if one did."""


def ended(read_all: Callable[[list[Row], list[Reject]], None]) -> Seen:
    found: list[Row] = []
    rejects: list[Reject] = []
    try:
        read_all(found, rejects)
    except DataError as error:
        return found, rejects, str(error)
    return found, rejects, ""


def whole(made: Origin) -> Seen:
    return ended(lambda found, rejects: found.extend(rows(made, rejects.append)))


def pieced(made: Origin, size: int) -> Seen:
    def read_all(found: list[Row], rejects: list[Reject]) -> None:
        tallies = []
        for piece in pieces(made, size):
            reader = read(piece, rejects.append)
            found.extend(row._replace(line=piece.line_of(row)) for row in reader)
            tallies.append(reader.tally)
        check(made, tallies)

    return ended(read_all)


TIMES = count(10**18)


def write(path: Path, data: bytes) -> None:
    """Write a file with a time of its own, as one that is written once a second or less has it."""
    path.write_bytes(data)
    time = next(TIMES)
    os.utime(path, ns=(time, time))


LINES = st.sampled_from(
    [GOOD, ESCAPED, b"", b" ", b"\xef\xbb\xbf", b"\xef\xbb", b"{}", b"[1", b"7", b"\r", b'"\xe5\xa4', b"\xff" * 9]
)
ENDS = st.sampled_from([b"\n", b"\n", b"\r\n", b"\n\n", b"\r", "\u2028\n".encode(), b"\xe5\n"])
FILES = st.builds(
    lambda mark, parts, last: mark + b"".join(line + end for line, end in parts) + last,
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.lists(st.tuples(LINES | st.binary(max_size=20), ENDS), max_size=12),
    LINES,
)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=FILES, size=st.integers(1, 120), longest=st.integers(2, 60), bad_rows=st.sampled_from(["1", "1/2", "0"]))
def test_any_bytes_cut_anywhere_are_read_as_the_whole_file(
    tmp_path: Path, data: bytes, size: int, longest: int, bad_rows: str
) -> None:
    write(tmp_path / "x.jsonl", data)
    made = origin(tmp_path, "x.jsonl", bad_rows=bad_rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record, "LONGEST_LINE", longest)
        patch.setattr(record, "BLOCK", 7)
        assert pieced(made, size) == whole(made)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=FILES, size=st.integers(1, 120))
def test_pieces_are_whole_lines_and_all_of_the_file_once(tmp_path: Path, data: bytes, size: int) -> None:
    write(tmp_path / "x.jsonl", data)
    found = pieces(origin(tmp_path, "x.jsonl"), size)
    assert [piece.number for piece in found] == list(range(len(found)))
    assert sum(piece.size for piece in found) == len(data)
    assert b"".join(data[piece.start : piece.end] for piece in found) == data
    for piece in found[:-1]:
        part = data[piece.start : piece.end]
        assert part.endswith(b"\n")
        assert len(part) >= size
        assert b"\n" not in part[size - 1 : -1], "the rest of one line, not more"


@pytest.mark.parametrize("size", [1, 40, 41, 100, 10_000])
def test_lines_are_counted_once_in_blocks_of_any_size(
    tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spans, "_BLOCK", 64)
    monkeypatch.setattr(spans, "_READ", 5)
    spans._lines_before.cache_clear()
    spans._line_ends.cache_clear()
    (tmp_path / "x.jsonl").write_bytes(b"".join(GOOD + b"\n" + b"\n" * (n % 3) + b"bad\n" for n in range(40)))
    made = origin(tmp_path, "x.jsonl", bad_rows="1/2")
    assert pieced(made, size) == whole(made)
    assert len(whole(made)[1]) == 40
    before = spans._line_ends.cache_info().misses
    assert pieced(made, size) == whole(made)
    assert spans._line_ends.cache_info().misses == before


def test_the_first_bad_row_of_a_piece_is_named_by_the_line_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b"\n".join([GOOD] * 50 + [b"{}"]))
    made = origin(tmp_path, "x.jsonl")
    *others, last = pieces(made, 300)
    assert sum(len(list(read(piece))) for piece in others) + last.number >= 40
    with pytest.raises(DataError) as caught:
        list(read(last))
    assert str(caught.value).startswith(f"{tmp_path / 'x.jsonl'}: line 51: question: no such field")
    assert str(caught.value).endswith("(source 'mine')")


def test_a_row_of_a_piece_is_placed_by_the_line_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b"\n\n".join([GOOD] * 9))
    found = [piece.place_of(row) for piece in pieces(origin(tmp_path, "x.jsonl"), 100) for row in read(piece)]
    assert found == [f"{tmp_path / 'x.jsonl'}: line {2 * n + 1}" for n in range(9)]


def test_a_part_without_anybody_told_stops_with_the_line_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"\n".join([GOOD] * 9 + [b"7"]))
    with pytest.raises(DataError, match=r"x.jsonl: line 10: expected an object with fields, got int"):
        list(records(path, span=cut(path, "utf-8", 1)[-1]))


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("x.json", "utf-8"), ("x.csv", "utf-8"), ("x.jsonl.gz", "utf-8"), ("x.jsonl", "gb18030"), ("x.jsonl", "utf-16")],
)
def test_what_cannot_be_cut_is_one_piece_a_file(tmp_path: Path, name: str, encoding: str) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes((GOOD + b"\n") * 20)
    made = origin(tmp_path, f"*/{name}", encoding=encoding)
    found = pieces(made, 10)
    assert [(piece.number, piece.path, piece.span) for piece in found] == [
        (0, tmp_path / "a" / name, None),
        (1, tmp_path / "b" / name, None),
    ]
    assert [piece.size for piece in found] == [20 * len(GOOD) + 20] * 2


@pytest.mark.parametrize(("name", "encoding"), [("X.JSONL", "utf8"), ("x.jsonl", "utf-8-sig"), ("x.jsonl", "U8")])
def test_utf8_by_another_name_is_cut(tmp_path: Path, name: str, encoding: str) -> None:
    (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + (GOOD + b"\n") * 20)
    made = origin(tmp_path, name, encoding=encoding)
    assert len(pieces(made, 100)) == 7
    assert pieced(made, 100) == whole(made)
    assert len(pieces(made)) == 1, f"shorter than {PIECE} bytes"


def test_a_mark_inside_a_file_is_no_mark(tmp_path: Path) -> None:
    marked = b"\xef\xbb\xbf" + GOOD + b"\n"
    (tmp_path / "x.jsonl").write_bytes(marked * 3)
    made = origin(tmp_path, "x.jsonl", bad_rows=1)
    found, rejects, _ = pieced(made, 1)
    assert [row.line for row in found] == [1]
    assert [(reject.line, reject.reason[:8]) for reject in rejects] == [(2, "not JSON"), (3, "not JSON")]


def test_a_line_longer_than_many_pieces(tmp_path: Path) -> None:
    long = json.dumps({"question": "Q" * 100_000, "answer": "A"}).encode()
    (tmp_path / "x.jsonl").write_bytes(b"\n".join([GOOD, long, GOOD]))
    made = origin(tmp_path, "x.jsonl")
    assert [piece.size for piece in pieces(made, 1000)] == [len(GOOD) + len(long) + 2, len(GOOD)]
    assert pieced(made, 1000) == whole(made)


@pytest.mark.parametrize("size", [1, 2000, 10**7])
@pytest.mark.parametrize("group", [1, 100, 300, 1000])
def test_a_parquet_is_cut_by_row_groups(tmp_path: Path, size: int, group: int) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    made = [{"question": f"Q{n}", "answer": "" if n % 7 == 3 else "A"} for n in range(600)]
    path = tmp_path / "x.parquet"
    parquet.write_table(pyarrow.Table.from_pylist(made), path, row_group_size=group)
    source = origin(tmp_path, "x.parquet", bad_rows="1/2")
    found = pieces(source, size)
    assert len(found) == 1 or sum(piece.size for piece in found) <= path.stat().st_size
    assert size > 1 or len(found) == max(1, 600 // group)
    assert pieced(source, size) == whole(source)
    assert [row.line for row in whole(source)[0]] == [n + 1 for n in range(600) if n % 7 != 3]
    strict = origin(tmp_path, "x.parquet", map={"answer": "missing"})
    with pytest.raises(DataError) as caught:
        list(read(pieces(strict, size)[-1]))
    first = 601 - 600 // len(found) if size == 1 else found[-1].start * group + 1
    assert str(caught.value).startswith(f"{path}: row {first}: missing: no such field")


@pytest.mark.parametrize("data", [b"", b"no table" * 99])
def test_a_damaged_parquet_says_so_when_read(tmp_path: Path, data: bytes) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "x.parquet").write_bytes(data)
    (piece,) = pieces(origin(tmp_path, "x.parquet"), 10)
    with pytest.raises(DataError, match=r"x.parquet: not Parquet, or damaged"):
        list(read(piece))


def test_bad_rows_are_counted_over_the_whole_source(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b"\n".join([GOOD] * 14 + [b"{}"] * 6))
    made = origin(tmp_path, "x.jsonl", bad_rows="0.249")
    found, rejects, message = pieced(made, 60)
    assert (found, rejects, message) == whole(made)
    assert message.startswith(f"{tmp_path / 'mix.yaml'}: source 'mine': 6 of 20 rows are bad (30.00%)")
    assert message.count("\n  ") == SHOWN
    assert pieced(origin(tmp_path, "x.jsonl", bad_rows="0.3"), 60)[2] == ""


def test_a_source_without_rows_has_no_bad_ones(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b"")
    made = origin(tmp_path, "x.jsonl")
    (piece,) = pieces(made, 10)
    assert (piece.span, piece.size) == (None, 0)
    assert list(read(piece)) == []
    check(made, [])
    check(made, [Tally(0, 0, ())])


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b"\n".join([GOOD] * 9))
    *_, last = pieces(origin(tmp_path, "x.jsonl"), 50)
    row = next(iter(read(last)))
    (tmp_path / "x.jsonl").unlink()
    for fails in (lambda: list(read(last)), lambda: last.place_of(row), last.key):
        with pytest.raises(DataError, match=r"x.jsonl: (no such file|cannot be read: No such file)"):
            fails()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_so_when_read(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b"\n".join([GOOD] * 9))
    (tmp_path / "x.jsonl").chmod(0)
    (piece,) = pieces(origin(tmp_path, "x.jsonl"), 50)
    with pytest.raises(DataError, match=r"x.jsonl: cannot be read: Permission denied"):
        list(read(piece))


def test_pieces_travel_to_other_processes(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b"\n".join([GOOD] * 9 + [b"7"]))
    made = origin(tmp_path, "x.jsonl", bad_rows="1/3", map={"answer": "question"})
    made = made._replace(base=origin(tmp_path, "x.jsonl"), tokenizer=TokenizerSpec(path="some"))
    for piece in pieces(made._replace(base=None), 50):
        sent = pickle.loads(pickle.dumps(piece))
        assert sent == piece
        assert sent.key() == piece.key()
        reader, other = read(piece, lambda _: None), read(sent, lambda _: None)
        assert list(reader) == list(other)
        assert pickle.loads(pickle.dumps(reader.tally)) == other.tally
    assert reader.tally.bad == 1
    assert pickle.loads(pickle.dumps(made)) == made
    assert made.source.bad_rows == Fraction(1, 3)


class TestKey:
    @pytest.fixture
    def made(self, tmp_path: Path) -> Origin:
        (tmp_path / "in").mkdir()
        for name in ("x.jsonl", "y.jsonl"):
            (tmp_path / "in" / name).write_bytes((GOOD + b"\n") * 9)
            os.utime(tmp_path / "in" / name, ns=(10**18, 10**18))
        return origin(tmp_path / "in", "*.jsonl")

    def test_each_piece_has_its_own(self, made: Origin) -> None:
        found = pieces(made, 100)
        assert len({piece.key() for piece in found}) == len(found) == 6
        assert [piece.key() for piece in found] == [piece.key() for piece in pieces(made, 100)]

    def test_stays_when_the_folder_moves(self, made: Origin, tmp_path: Path) -> None:
        before = [piece.key() for piece in pieces(made, 100)]
        (tmp_path / "in").rename(tmp_path / "moved")
        assert [piece.key() for piece in pieces(origin(tmp_path / "moved", "*.jsonl"), 100)] == before

    def test_changes_with_the_file_alone(self, made: Origin, tmp_path: Path) -> None:
        path = tmp_path / "in" / "x.jsonl"
        first, second = (piece.key() for piece in pieces(made))
        os.utime(path, ns=(10**18, 10**18 + 1))
        touched, same = (piece.key() for piece in pieces(made))
        assert (touched != first, same) == (True, second)
        path.write_bytes(GOOD)
        os.utime(path, ns=(10**18, 10**18 + 1))
        assert pieces(made)[0].key() not in (first, touched)

    def test_changes_with_the_source(self, made: Origin, tmp_path: Path) -> None:
        changes: list[dict[str, Any]] = [{}, {"bad_rows": "1/2"}, {"map": {"answer": "a"}}, {"revision": "2"}]
        keys = {pieces(origin(tmp_path / "in", "x.jsonl", **change))[0].key() for change in changes}
        assert len(keys) == len(changes)
        other = pieces(origin(tmp_path / "in", "x.jsonl")._replace(id="other"))[0]
        assert other.key() not in keys

    def test_of_a_file_does_not_depend_on_the_tokenizer(self, made: Origin) -> None:
        with_one = made._replace(tokenizer=TokenizerSpec(path="some"))
        assert pieces(with_one)[0].key() == pieces(made)[0].key()


SYNTH = {"synth": "distractor_qa", "from": "base", "target_tokens": [512], "licence": "MIT"}


@pytest.fixture
def made_source(tmp_path: Path, write_mixture: Callable[..., Path]) -> Callable[..., Origin]:
    texts = [(f"What is known of q{n}x?", f"The q{n}x is number {n} in the list.") for n in range(30)]
    records = [{"question": question, "answer": answer} for question, answer in texts]
    (tmp_path / "base.jsonl").write_text("".join(json.dumps(made) + "\n" for made in records))

    def make(**changes: Any) -> Origin:
        base = {"files": ["base.jsonl"], "format": "qa", "licence": "MIT", "bad_rows": "1/2"}
        path = write_mixture(
            sources={"base": base, "long": {**SYNTH, **changes}},
            components={"all": {"sources": ["long"]}},
            shares=None,
            total=None,
            counts={"all": 1},
        )
        return resolve(load(path), path)["long"]

    return make


def test_a_made_source_is_one_piece_and_tells_the_bad_rows_of_its_base(
    tmp_path: Path, made_source: Callable[..., Origin]
) -> None:
    made = made_source()
    with (tmp_path / "base.jsonl").open("a") as file:
        file.write("{}\n")
    (piece,) = pieces(made, 10)
    assert (piece.path, piece.span) == (None, None)
    assert piece.size == (tmp_path / "base.jsonl").stat().st_size
    rejects: list[Reject] = []
    reader = read(piece, rejects.append)
    found = list(reader)
    assert found == list(rows(made, lambda _: None))
    assert reader.tally == (len(found), 0, ())
    assert len(found) > 9
    assert [(reject.file, reject.line) for reject in rejects] == [("base.jsonl", 31)]
    assert piece.place_of(found[6]) == f"{tmp_path / 'mix.yaml'}: source 'long': row 7"


def test_the_key_of_a_made_source_changes_with_its_base_and_tokenizer(
    tmp_path: Path, made_source: Callable[..., Origin]
) -> None:
    def key(made: Origin) -> str:
        return pieces(made)[0].key()

    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "tokenizer.json").write_text(name)
    made = made_source()
    with_one, with_two = (made._replace(tokenizer=TokenizerSpec(path=str(tmp_path / n))) for n in ("one", "two"))
    keys = [key(made), key(made_source(rows=3)), key(with_one), key(with_two)]
    (tmp_path / "two" / "tokenizer.json").write_text("other")
    keys.append(key(with_two))
    os.utime(tmp_path / "base.jsonl", ns=(10**18, 10**18))
    keys.append(key(made))
    assert len(set(keys)) == len(keys)


def test_an_embedded_source_is_one_piece() -> None:
    source = Source(embedded="medlong.mixing.embedded.medical", licence="Apache-2.0")
    made = Origin("medical", source, Path("mixtures/sources.yaml"))
    (piece,) = pieces(made, 10)
    assert piece == Piece(made, 0, None, 0, None, 0)
    reader = read(piece)
    found = list(reader)
    assert found == list(rows(made))
    assert reader.tally.good == len(found) > 100
    assert piece.key() != pieces(made._replace(source=source.model_copy(update={"revision": "2"})))[0].key()


def test_a_published_set_cut_is_read_as_whole(shared: Callable[[str], Path]) -> None:
    folder = shared("sft/gsm8k_train")
    made = origin(folder, "*.jsonl")
    found, rejects, message = pieced(made, 50_000)
    assert (found, rejects, message) == whole(made)
    assert len(found) == 7473
    assert len(pieces(made, 50_000)) > 20
