"""Every kind of file that is read, and what is said of one that cannot be."""

import gzip
import io
import json
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from medlong.errors import DataError, MedlongError, MissingPackageError
from medlong.mixing.origin import Origin, Reject, files
from medlong.mixing.pieces import rows
from medlong.mixing.readers import record, records
from medlong.mixing.spec import Source

ROWS = [{"question": f"Was ist Größe {n}?", "answer": f"大小 {n}\nund mehr"} for n in range(600)]


def origin(folder: Path, *names: str, **more: object) -> Origin:
    source = Source.model_validate({"files": list(names), "format": "qa", "licence": "MIT", **more})
    return Origin("mine", source, folder / "mix.yaml")


def read(folder: Path, *names: str, **more: object) -> list[tuple[str, str]]:
    return [tuple(t["content"] for t in row.messages) for row in rows(origin(folder, *names, **more))]  # type: ignore[misc]


def table(suffix: str) -> str:
    import csv

    text = io.StringIO()
    writer = csv.DictWriter(text, ["question", "answer"], delimiter="\t" if suffix == ".tsv" else ",")
    writer.writeheader()
    writer.writerows(ROWS)
    return text.getvalue()


TEXTS = {
    ".jsonl": "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS),
    ".json": json.dumps(ROWS, ensure_ascii=False, indent=1),
    ".csv": table(".csv"),
    ".tsv": table(".tsv"),
}


@pytest.fixture
def zstd() -> Any:
    return pytest.importorskip("zstandard").ZstdCompressor(write_checksum=True)


@pytest.mark.parametrize("packing", ["", ".gz", ".zst"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("suffix", TEXTS)
def test_text_in_any_encoding_and_packing(tmp_path: Path, suffix: str, encoding: str, packing: str) -> None:
    data = TEXTS[suffix].encode(encoding)
    if packing == ".gz":
        data = gzip.compress(data[:900]) + gzip.compress(data[900:])
    elif packing == ".zst":
        pack = pytest.importorskip("zstandard").ZstdCompressor().compress
        data = pack(data[:900]) + pack(data[900:])
    (tmp_path / f"x{suffix}{packing}").write_bytes(data)
    declared = {} if encoding.startswith("utf-8") else {"encoding": encoding}
    assert read(tmp_path, f"x{suffix}{packing}", **declared) == [(row["question"], row["answer"]) for row in ROWS]


def test_parquet_by_batch_and_nested(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    made = [{"question": row["question"], "more": [{"answer": row["answer"]}]} for row in ROWS]
    parquet.write_table(pyarrow.Table.from_pylist(made), tmp_path / "x.parquet")
    found = list(rows(origin(tmp_path, "*.parquet", map={"answer": "more.0.answer"})))
    assert [(row.line, row.messages[1]["content"]) for row in found] == [
        (n, row["answer"]) for n, row in enumerate(ROWS, start=1)
    ]


def test_a_sheet_by_name_and_the_first_one(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    book = openpyxl.Workbook()
    book.active.append(["id", "question", "answer", None])
    book.active.append([1, "Q", "A", None])
    book.active.append([None, None, None, None])
    book.active.append([2, "R", "B", "remark"])
    other = book.create_sheet("second")
    for row in (["question", "answer"], ["S", "C"]):
        other.append(row)
    twice = book.create_sheet("twice")
    twice.append(["question", "answer", "answer"])
    book.save(tmp_path / "x.xlsx")
    found = list(rows(origin(tmp_path, "x.xlsx")))
    assert [(row.line, row.messages[0]["content"]) for row in found] == [(2, "Q"), (4, "R")]
    assert read(tmp_path, "x.xlsx", sheet="second") == [("S", "C")]
    with pytest.raises(DataError, match=r"x.xlsx: no sheet 'third'; it has 'Sheet', 'second', 'twice'"):
        read(tmp_path, "x.xlsx", sheet="third")
    with pytest.raises(DataError, match=r"x.xlsx: row 1: the header has 'answer' more than once"):
        read(tmp_path, "x.xlsx", sheet="twice")
    with pytest.raises(DataError, match=r"x.xlsx: row 2: id: expected text, got float 1.0"):
        read(tmp_path, "x.xlsx", map={"question": "id"})


def test_json_lines_named_json(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("\n \n" + TEXTS[".jsonl"])
    found = list(rows(origin(tmp_path, "x.json")))
    assert [row.line for row in found] == list(range(3, 603))


def test_a_list_is_read_in_pieces_wherever_they_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps([*ROWS[:20], {"question": "Q", "answer": "A", "n": [1, 2.5, None, True, {}]}], indent=1) + "\n "
    (tmp_path / "x.json").write_text(text)
    whole = list(records(tmp_path / "x.json"))
    for block in (1, 2, 3, 7, 64, 1000):
        monkeypatch.setattr(record, "BLOCK", block)
        assert list(records(tmp_path / "x.json")) == whole
    lines = text.splitlines()
    assert [lines[found.line - 1].strip() for found in whole] == ["{"] * 21
    assert [found.nth for found in whole] == list(range(1, 22))


def test_memory_does_not_grow_with_a_list_or_with_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = json.dumps({"question": "Q" * 2000, "answer": "A"})
    (tmp_path / "x.json").write_text("[" + ",".join([row] * 8000) + "]")
    monkeypatch.setattr(record, "LONGEST_LINE", 1 << 20)
    (tmp_path / "y.jsonl").write_text(f'{row}\n{{"question": "{"Q" * (16 << 20)}"}}\n{row}\n')
    (tmp_path / "z.csv").write_text(f'question,answer\nQ,"{"A" * (16 << 20)}"\n')
    rejects: list[Reject] = []
    tracemalloc.start()
    try:
        assert sum(1 for _ in records(tmp_path / "x.json")) == 8000
        found = list(rows(origin(tmp_path, "y.jsonl", bad_rows=0.5), rejects.append))
        with pytest.raises(DataError, match=r"z.csv: line 2: longer than 1,048,576 characters"):
            list(records(tmp_path / "z.csv"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [row.line for row in found] == [1, 3]
    assert rejects == [Reject("y.jsonl", 2, "longer than 1,048,576 characters")]
    assert peak < 12 << 20, "of 16 MB in each file"


def test_a_record_of_a_list_that_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "BLOCK", 100)
    monkeypatch.setattr(record, "LONGEST_LINE", 1000)
    (tmp_path / "x.json").write_text('[{"question": "Q", "answer": "A"},\n{"question": "' + "Q" * 5000 + '"}]')
    with pytest.raises(DataError, match=r"x.json: line 2: a record longer than 1,000 characters"):
        read(tmp_path, "x.json")


def damaged(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes(255 - byte for byte in data[middle : middle + 40]) + data[middle + 40 :]


@pytest.mark.parametrize("hurt", [lambda data: data[:-20], damaged, lambda data: b"nothing of the kind" * 9])
@pytest.mark.parametrize("packing", [".gz", ".zst"])
def test_a_packed_file_that_is_cut_off_or_damaged(
    tmp_path: Path, packing: str, hurt: Callable[[bytes], bytes], zstd: Any
) -> None:
    data = TEXTS[".jsonl"].encode()
    packed = gzip.compress(data) if packing == ".gz" else zstd.compress(data)
    (tmp_path / f"x.jsonl{packing}").write_bytes(hurt(packed))
    with pytest.raises(DataError, match=rf"x.jsonl{packing}: (cut off or damaged|cannot be read|line \d+:)"):
        read(tmp_path, f"x.jsonl{packing}")


def test_a_zst_that_ends_within_a_frame_is_cut_off(tmp_path: Path, zstd: Any) -> None:
    packed = zstd.compress(os.urandom(1 << 16).hex().encode())
    (tmp_path / "x.jsonl.zst").write_bytes(packed[:9000])
    with pytest.raises(DataError, match=r"x.jsonl.zst: cut off or damaged: it ends within a frame"):
        read(tmp_path, "x.jsonl.zst")


@pytest.mark.parametrize("hurt", [lambda data: data[:-20], lambda data: data[:100], lambda data: b"no table" * 99])
@pytest.mark.parametrize("suffix", [".parquet", ".xlsx"])
def test_a_table_that_is_cut_off_or_damaged(tmp_path: Path, suffix: str, hurt: Callable[[bytes], bytes]) -> None:
    openpyxl, pyarrow = pytest.importorskip("openpyxl"), pytest.importorskip("pyarrow")
    pytest.importorskip("python_calamine")
    from pyarrow import parquet

    path = tmp_path / f"x{suffix}"
    if suffix == ".parquet":
        parquet.write_table(pyarrow.Table.from_pylist(ROWS), path)
    else:
        book = openpyxl.Workbook()
        book.active.append(["question", "answer"])
        book.save(path)
    path.write_bytes(hurt(path.read_bytes()))
    with pytest.raises(DataError, match=rf"x{suffix}: (not Parquet|not a workbook), or damaged: \S"):
        read(tmp_path, path.name)


def test_a_parquet_with_a_name_twice(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    column = pyarrow.array(["x"])
    parquet.write_table(pyarrow.Table.from_arrays([column] * 2, ["question", "question"]), tmp_path / "x.parquet")
    with pytest.raises(DataError, match=r"x.parquet: the header has 'question' more than once"):
        read(tmp_path, "x.parquet")


@pytest.mark.parametrize("suffix", TEXTS)
def test_text_in_another_encoding_is_named_by_line(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"x{suffix}").write_bytes(TEXTS[suffix].encode("gb18030"))
    with pytest.raises(DataError, match=rf"x{suffix}: line [1-3]: not UTF-8 text; .* such as encoding: gb18030"):
        read(tmp_path, f"x{suffix}")
    (tmp_path / f"x{suffix}").write_bytes(TEXTS[suffix].encode("utf-16"))
    with pytest.raises(DataError, match=rf"x{suffix}: .*not UTF-8 text"):
        read(tmp_path, f"x{suffix}")


def test_links_that_lead_nowhere_in_circles_or_twice_to_one_file(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.jsonl").write_text(TEXTS[".jsonl"])
    (tmp_path / "data" / "again").symlink_to(tmp_path / "data")
    (tmp_path / "data" / "y.jsonl").symlink_to(tmp_path / "data" / "x.jsonl")
    assert len(files(origin(tmp_path, "data/*/*.jsonl", "data/*.jsonl"))) == 1
    (tmp_path / "data" / "z.jsonl").symlink_to("z.jsonl")
    with pytest.raises(DataError, match=r"mix.yaml: source 'mine': .*z.jsonl is a link to itself or to nothing"):
        read(tmp_path, "data/*.jsonl")


@pytest.mark.parametrize("name", ["x.txt", "x", "x.gz", "x.parquet.gz", "x.xlsx.zst", "x.jsonl.bz2"])
def test_a_file_of_another_kind(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x")
    with pytest.raises(DataError, match=rf"{name}: cannot read .*; known: .json, .jsonl, .csv, .tsv, .parquet, .xlsx"):
        read(tmp_path, name)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text(TEXTS[".jsonl"])
    (tmp_path / "x.jsonl").chmod(0)
    with pytest.raises(DataError, match=r"x.jsonl: cannot be read: Permission denied"):
        read(tmp_path, "x.jsonl")


def test_a_file_that_went_missing_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"x.csv: no such file"):
        list(records(tmp_path / "x.csv"))
    (tmp_path / "y.csv").mkdir()
    with pytest.raises(DataError, match=r"y.csv: cannot be read: Is a directory"):
        list(records(tmp_path / "y.csv"))


@pytest.mark.parametrize(
    ("name", "module"), [("x.jsonl.zst", "zstandard"), ("x.parquet", "pyarrow"), ("x.xlsx", "python_calamine")]
)
def test_a_package_that_is_not_there(tmp_path: Path, name: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / name).write_text("x")
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(MissingPackageError, match=rf"{name}: needs the package .*pip install 'medlong\[mix\]'"):
        read(tmp_path, name)


BAD = [
    "not json",
    "[1]",
    '{"question": "Q"}',
    '{"question": "Q", "answer": "\\u0000"}',
    '{"question": "Q", "answer": " "}',
]
GOOD = [json.dumps({"question": f"Q{n}", "answer": "A"}) for n in range(15)]


def test_bad_rows_up_to_a_share_are_told_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes("\n".join([*GOOD[:14], *BAD]).encode() + b'\n{"question": "\xff"}')
    rejects: list[Reject] = []
    found = list(rows(origin(tmp_path, "x.jsonl", bad_rows="0.3"), rejects.append))
    assert [row.line for row in found] == list(range(1, 15))
    assert [reject.line for reject in rejects] == list(range(15, 21))
    assert {reject.file for reject in rejects} == {"x.jsonl"}
    for reject, reason in zip(
        rejects,
        [
            "not JSON",
            "expected an object",
            "answer: no such field",
            "assistant: has a null",
            "answer: is empty",
            "not UTF",
        ],
        strict=True,
    ):
        assert reject.reason.startswith(reason)


def test_bad_rows_above_the_share_are_one_error(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("\n".join([*GOOD, *BAD]))
    rejects: list[Reject] = []
    with pytest.raises(DataError) as caught:
        list(rows(origin(tmp_path, "x.jsonl", bad_rows="0.249"), rejects.append))
    lines = str(caught.value).split("\n  ")
    assert lines[0] == (
        f"{tmp_path / 'mix.yaml'}: source 'mine': 5 of 20 rows are bad (25.00%), more than bad_rows: 0.249; the first:"
    )
    assert len(lines) == 4
    assert lines[1].startswith(f"{tmp_path / 'x.jsonl'}: line 16: not JSON")
    assert len(rejects) == 5
    assert len(list(rows(origin(tmp_path, "x.jsonl", bad_rows="1/4"), rejects.append))) == 15


def test_the_first_bad_row_stops_where_none_may_be_or_nobody_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("\n".join([*GOOD, *BAD]))
    rejects: list[Reject] = []
    for allowed, told in ((0, rejects.append), ("1/2", None)):
        with pytest.raises(DataError, match=r"x.jsonl: line 16: not JSON.* \(source 'mine'\)"):
            list(rows(origin(tmp_path, "x.jsonl", bad_rows=allowed), told))
    assert rejects == []


def test_a_table_goes_on_behind_a_bad_row_and_a_list_behind_a_bad_record(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text('question,answer\nQ\n"R\nR",B\nS,C,D\nT,E\n')
    (tmp_path / "y.json").write_text('[{"question": "Q", "answer": "A"}, 7, {"question": "R"}]')
    rejects: list[Reject] = []
    found = list(rows(origin(tmp_path, "x.csv", "y.json", bad_rows="0.9"), rejects.append))
    assert [(row.file, row.line) for row in found] == [("x.csv", 3), ("x.csv", 6), ("y.json", 1)]
    assert [(reject.line, reject.reason[:20]) for reject in rejects[:2]] == [
        (2, "1 fields, the header"),
        (5, "3 fields, the header"),
    ]
    assert [reject.reason.rpartition(" (")[2] for reject in rejects[2:]] == ["record 2)", "record 3)"]


COMMIT = "0123456789abcdef0123456789abcdef01234567"


def hub(**more: object) -> Origin:
    fields = {"hub": "some/set", "split": "train", "revision": COMMIT, "format": "qa", "licence": "MIT", **more}
    return Origin("mine", Source.model_validate(fields), Path("folder/mix.yaml"))


def test_a_set_on_the_hub_is_asked_for_at_its_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets")
    asked: list[object] = []

    def load_dataset(*args: object, **kwargs: object) -> list[dict[str, object]]:
        asked.extend([args, kwargs])
        return [{"question": "Q", "answer": "A"}, {"question": "R"}]

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    name = f"hf://datasets/some/set@{COMMIT}"
    rejects: list[Reject] = []
    found = list(rows(hub(config="main", bad_rows=0.5), rejects.append))
    assert asked == [("some/set", "main"), {"split": "train", "revision": COMMIT}]
    assert [(row.file, row.line) for row in found] == [(name, 1)]
    assert [(reject.file, reject.line) for reject in rejects] == [(name, 2)]
    with pytest.raises(DataError, match=rf"{name}: row 2: answer: no such field"):
        list(rows(hub()))


def test_a_hub_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets")

    def load_dataset(*args: object, **kwargs: object) -> None:
        raise ConnectionError("no\nroute")

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    with pytest.raises(MedlongError, match=rf"source 'mine': the hub does not give some/set .* at {COMMIT}: no route"):
        list(rows(hub()))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "some" / "set").mkdir(parents=True)
    with pytest.raises(DataError, match=r"a folder some/set lies here and would be read for the hub's"):
        list(rows(hub()))
    monkeypatch.setitem(__import__("sys").modules, "datasets", None)
    with pytest.raises(MissingPackageError, match=r"needs the package datasets: pip install 'medlong\[mix\]'"):
        list(rows(hub()))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"files": ["x.csv"], "hub": "a/b"}, "exactly one"),
        ({"files": ["x.csv"], "encoding": "utf-9"}, "'utf-9' is no text encoding"),
        ({"files": ["x.csv"], "encoding": "rot13"}, "'rot13' is no text encoding"),
        ({"files": ["x.csv"], "encoding": "a\0b"}, "is no text encoding"),
        ({"files": ["x.csv"], "sheet": "one"}, "sheet goes with files whose names end in .xlsx"),
        ({"files": ["x.csv"], "split": "train"}, "config and split go with hub"),
        ({"files": ["x.csv"], "bad_rows": 2}, "must be a share from 0 to 1"),
        ({"embedded": "medlong.mixing.embedded.general", "encoding": "gb18030"}, "sheet and encoding go with files"),
        ({"hub": "a/b", "revision": COMMIT}, "hub needs a split"),
        ({"hub": "a/b", "split": "train"}, "the 40 hex digits of a commit"),
        (
            {"hub": "a/b", "split": "train", "revision": "main"},
            "the 40 hex digits of a commit (a branch moves), got 'main'",
        ),
        ({"hub": "../b/c", "split": "train", "revision": COMMIT}, "pattern"),
    ],
)
def test_what_a_source_may_not_say(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError) as caught:
        Source.model_validate({"licence": "MIT", "format": "messages", **fields})
    assert message in str(caught.value)
