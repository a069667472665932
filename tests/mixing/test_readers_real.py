"""Published sets, as their authors wrote them, read to the number of rows that was counted by other means."""

from collections.abc import Callable
from pathlib import Path

import pytest

from medlong.mixing.origin import Origin, Reject, Row
from medlong.mixing.pieces import rows
from medlong.mixing.spec import Source

INSTANCE = {"input": "instances.0.input", "output": "instances.0.output"}


def read(folder: Path, bad_rows: str, **source: object) -> tuple[list[Row], list[Reject]]:
    rejects: list[Reject] = []
    made = Source.model_validate({"licence": "unstated", "bad_rows": bad_rows, **source})
    return list(rows(Origin("real", made, folder / "mix.yaml"), rejects.append)), rejects


@pytest.mark.parametrize(
    ("name", "files", "format", "map", "good", "bad"),
    [
        ("gpteacher", "*.json", "alpaca", {"output": "response"}, 14_131, 0),
        ("codealpaca", "*.json", "alpaca", {}, 6_550, 2),
        ("gsm8k_train", "*.jsonl", "qa", {}, 7_473, 0),
        ("medquad_answered", "*.jsonl.gz", "qa", {}, 16_407, 0),
        ("mts_dialog", "*.csv", "qa", {"question": "dialogue", "answer": "section_text"}, 1_701, 0),
        ("meqsum", "*.xlsx", "qa", {"question": "CHQ", "answer": "Summary"}, 1_000, 0),
        ("aci_bench", "*.csv", "qa", {"question": "dialogue", "answer": "note"}, 207, 0),
        ("huatuo_bentsao", "*.json", "alpaca", {}, 9_658, 0),
        ("selfinstruct_seed", "*.jsonl", "alpaca", INSTANCE, 175, 0),
    ],
)
def test_a_published_set_is_read_whole(
    shared: Callable[[str], Path], name: str, files: str, format: str, map: dict[str, str], good: int, bad: int
) -> None:
    found, rejects = read(shared(f"sft/{name}"), "0.01" if bad else "0", files=[files], format=format, map=map)
    assert (len(found), len(rejects)) == (good, bad)
    assert {reject.reason.partition(" (")[0] for reject in rejects} <= {"output: is empty"}
    assert all(row.line >= 1 and (shared(f"sft/{name}") / row.file).is_file() for row in found[:: max(1, good // 50)])
