import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from medlong.errors import DataError, MedlongError
from medlong.mixing.origin import Origin, files
from medlong.mixing.pieces import rows
from medlong.mixing.spec import Source

PAIR = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]
SHAREGPT_NAMES = {"conversations": "a", "from": "who", "value": "x"}


def origin(folder: Path, format: str, *names: str, **map: str) -> Origin:
    source = Source(files=list(names), format=format, map=map, licence="MIT")  # type: ignore[arg-type]
    return Origin("mine", source, folder / "mix.yaml")


@pytest.mark.parametrize(
    ("format", "record", "map"),
    [
        ("messages", {"messages": PAIR}, {}),
        ("messages", {"chat": PAIR, "id": 4}, {"messages": "chat"}),
        ("messages", {"made": {"by": [{"chat": PAIR}]}}, {"messages": "made.by.0.chat"}),
        ("sharegpt", {"conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]}, {}),
        ("sharegpt", {"a": [{"who": "user", "x": "Q"}, {"who": "gpt", "x": "A"}]}, SHAREGPT_NAMES),
        ("alpaca", {"instruction": "Q", "i": [{"input": "", "output": "A"}]}, {"output": "i.0.output"}),
        ("qa", {"question": "Q", "answer.text": "A", "answer": {"text": "B"}}, {"answer": "answer.text"}),
        ("alpaca", {"instruction": "Q", "input": "", "output": "A"}, {}),
        ("alpaca", {"instruction": "Q", "response": "A"}, {"output": "response"}),
        ("qa", {"question": "Q", "answer": "A", "more": None}, {}),
        ("prompt_completion", {"prompt": "Q", "completion": "A"}, {}),
    ],
)
@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
def test_formats(tmp_path: Path, format: str, record: dict[str, object], map: dict[str, str], suffix: str) -> None:
    text = (
        json.dumps([record, record], indent=1) if suffix == ".json" else f"{json.dumps(record)}\n\n{json.dumps(record)}"
    )
    (tmp_path / f"x{suffix}").write_text(text)
    found = list(rows(origin(tmp_path, format, f"x{suffix}", **map)))
    assert found == [(f"x{suffix}", 2 if suffix == ".json" else 1, PAIR), (f"x{suffix}", found[1].line, PAIR)]
    assert found[1].line > 2


def test_alpaca_input_follows_the_instruction(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps([{"instruction": "Q", "input": "I", "output": "A"}]))
    assert next(rows(origin(tmp_path, "alpaca", "x.json"))).messages[0]["content"] == "Q\n\nI"


def test_csv_with_line_breaks_a_byte_order_mark_and_a_long_field(tmp_path: Path) -> None:
    long = "long " * 40_000
    (tmp_path / "x.csv").write_text(f'\ufeffask,answer,id\n"two\nlines",A,1\nQ,"{long}",2\n', encoding="utf-8")
    found = list(rows(origin(tmp_path, "qa", "x.csv", question="ask")))
    assert [(row.line, row.messages[0]["content"]) for row in found] == [(2, "two\nlines"), (4, "Q")]
    assert found[1].messages[1]["content"] == long


def turns(*roles: str) -> dict[str, object]:
    return {"messages": [{"role": role, "content": "x"} for role in roles]}


@pytest.mark.parametrize(
    ("format", "bad", "message"),
    [
        ("qa", {"question": "Q"}, "answer: no such field; the record has question. Map it: map: {answer:"),
        ("qa", {"question": "Q", "answer": " "}, "answer: is empty"),
        ("qa", {"question": "Q", "answer": None}, "answer: is empty"),
        ("qa", {"question": 7, "answer": "A"}, "question: expected text, got int 7"),
        ("qa", ["Q", "A"], "expected an object with fields, got list"),
        ("alpaca", {"instruction": "Q", "input": 3, "output": "A"}, "input: expected text, got int 3"),
        ("messages", {"messages": []}, "messages: expected a list of messages"),
        ("messages", {"messages": ["Q"]}, "messages[0]: expected {role, content}"),
        ("messages", turns("user", "bot"), "messages[1].role: expected one of system, user, assistant, got 'bot'"),
        ("messages", {"messages": [{"role": "user", "content": ""}]}, "messages[0].content: expected text"),
        ("messages", turns("user"), "expected user and assistant in turn, ending with assistant, got user"),
        ("messages", turns("user", "user", "assistant"), "expected user and assistant in turn"),
        ("messages", turns("user", "assistant", "system"), "expected user and assistant in turn"),
        ("messages", turns("system"), "expected user and assistant in turn"),
        ("qa", {"question": "Q", "answer": "a\0b"}, "assistant: has a null character, which is not text"),
        ("sharegpt", {"conversations": "Q"}, "conversations: expected a list of turns, got 'Q'"),
        ("sharegpt", {"messages": []}, "conversations: expected a list of turns, got nothing"),
        ("sharegpt", {"conversations": ["Q"]}, "conversations[0]: expected {from, value}, got 'Q'"),
        ("sharegpt", {"conversations": [{"from": "bing"}]}, "conversations[0].from: expected one of human, user"),
        (
            "sharegpt",
            {"conversations": [{"from": ["gpt"]}]},
            "conversations[0].from: expected one of human, user, gpt,",
        ),
        ("sharegpt", {"conversations": [{"from": "gpt"}]}, "conversations[0].value: expected text"),
        ("sharegpt", {"conversations": [{"from": "gpt", "value": "A"}]}, "expected user and assistant in turn"),
        ("qa", {"question": "\ud800", "answer": "A"}, "half a surrogate pair"),
    ],
)
def test_a_bad_row_is_named_by_file_line_and_field(tmp_path: Path, format: str, bad: object, message: str) -> None:
    good = {"question": "Q", "answer": "A", "instruction": "Q", "output": "A", "messages": PAIR}
    good["conversations"] = [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]
    path = tmp_path / "x.jsonl"
    path.write_text(f"{json.dumps(good)}\n{json.dumps(bad)}\n")
    with pytest.raises(DataError) as caught:
        list(rows(origin(tmp_path, format, "x.jsonl")))
    assert f"{path}: line 2: " in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.jsonl", '{"question": "Q"', "line 1: not JSON"),
        ("x.json", '[\n{"question": "Q", "answer": "A"},\n{"question": }]', "line 3: not JSON"),
        ("x.json", '[\n{"question": "Q", "answer": "A"}\n{"question": 1}]', "line 3: expected , or ]"),
        ("x.json", '[\n{"question": "Q", "answer": "A"},\n\n\n{"question": "Q"}]', "line 5: answer: no such field"),
        ("x.json", '"Q"', "expected a list of records, or a record on each line; it begins with '\"'"),
        ("x.json", '{\n"question": "Q", "answer": "A"}', "line 1: not JSON"),
        ("x.json", '[{"question": "Q", "answer": "A"}', "line 1: expected , or ]"),
        ("x.csv", "question,answer\nQ,A\n\nQ\n", "line 4: 1 fields, the header has 2"),
        ("x.csv", "question,answer\nQ,A,B\n", "line 2: 3 fields, the header has 2"),
        ("x.csv", 'question,answer\n"Q,A\n', "not CSV"),
        ("x.csv", "question,answer,answer\nQ,A,B\n", "line 1: the header has 'answer' more than once"),
        ("x.json", '[{"question": "Q", "answer": "A"}]\n[{"question": "R"}]', "line 2: more text after the end"),
        ("x.jsonl", '\n{"question": ' + "1" * 5000 + "}", "line 2: a number of too many digits"),
        ("x.jsonl", "[" * 100_000, "line 1: nested too deeply"),
        ("x.json", '[\n{"question": ' + "1" * 5000 + "}]", "line 2: a number of too many digits"),
        ("x.json", '[\n{"question": ' + "[" * 100_000, "line 2: nested too deeply"),
        ("x.txt", "Q", "cannot read .txt; known: .json, .jsonl, .csv, .tsv, .parquet, .xlsx, and the first 4 with .gz"),
    ],
)
def test_a_broken_file_is_named_by_line(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError) as caught:
        list(rows(origin(tmp_path, "qa", name)))
    assert str(tmp_path / name) in str(caught.value)
    assert message in str(caught.value)


def test_text_that_is_not_utf8_and_files_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes("question,answer\nQ,中".encode("gb18030"))
    with pytest.raises(DataError, match=r"x.csv: line 2: not UTF-8 text"):
        list(rows(origin(tmp_path, "qa", "x.csv")))
    good = json.dumps({"question": "Q" * 90_000, "answer": "A"}).encode()
    (tmp_path / "x.jsonl").write_bytes(b"\n".join([good, good, b'{"question": "\xff"}']))
    with pytest.raises(DataError, match=r"x.jsonl: line 3: not UTF-8 text"):
        list(rows(origin(tmp_path, "qa", "x.jsonl")))
    with pytest.raises(DataError, match=r"mix.yaml: source 'mine': no file matches 'y/\*.jsonl'"):
        list(rows(origin(tmp_path, "qa", "y/*.jsonl")))
    (tmp_path / "data").mkdir()
    with pytest.raises(DataError, match=r"'data' is a folder, give the files in it: data/\*.jsonl"):
        list(rows(origin(tmp_path, "qa", "data")))


@pytest.mark.parametrize("pattern", ["", "**.jsonl"])
def test_what_is_no_glob_is_named(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(MedlongError, match=rf"mix.yaml: source 'mine': .*{re.escape(repr(pattern))}"):
        list(rows(origin(tmp_path, "qa", pattern)))


def test_globs_are_sorted_counted_once_and_may_leave_the_folder(
    tmp_path: Path, write_rows: Callable[[str, list[str]], Path]
) -> None:
    for name in ("b.jsonl", "a.jsonl"):
        write_rows(name, [name])
    (tmp_path / "inner").mkdir()
    found = files(origin(tmp_path / "inner", "qa", "../*.jsonl", str(tmp_path / "inner" / ".." / "a.jsonl")))
    assert [path.resolve() for path in found] == [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
