import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from medlong.cli import main
from medlong.errors import DataError
from medlong.mixing import parquet
from medlong.mixing.build import build

Writer = Callable[..., Path]


@pytest.mark.usefixtures("two_sources")
def test_parquet_has_the_rows_of_the_training_file_and_its_hash_is_in_the_manifest(
    tmp_path: Path, write_mixture: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "GROUP", 7)
    path = write_mixture()
    built = build(path, tmp_path / "out", parquet=True)
    file = built.folder / "train.parquet"
    assert built.manifest["parquet_sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    lines = (built.folder / "train.jsonl").read_text(encoding="utf-8").splitlines()
    assert pq.read_table(file).to_pylist() == [json.loads(line) for line in lines]
    assert pq.ParquetFile(file).num_row_groups == 3
    assert built.manifest["parquet_sha256"] in (built.folder / "README.md").read_text()
    assert build(path, tmp_path / "other", parquet=True).manifest == built.manifest


@pytest.mark.usefixtures("two_sources")
def test_parquet_is_added_when_asked_for_and_kept_when_not(tmp_path: Path, write_mixture: Writer) -> None:
    path, out = write_mixture(), tmp_path / "out"
    plain = build(path, out)
    assert "parquet" not in plain.manifest
    assert not (plain.folder / "train.parquet").exists()
    assert main(["mix", "build", str(path), "--out", str(out), "--parquet"]) == 0
    assert (plain.folder / "train.parquet").is_file()
    assert build(path, out, parquet=True).was_current
    assert build(path, out).was_current
    (plain.folder / "train.parquet").write_bytes(b"damaged")
    again = build(path, out, parquet=True)
    assert not again.was_current
    assert (plain.folder / "train.parquet").read_bytes() != b"damaged"


def test_a_parquet_file_of_other_rows_is_refused(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    (tmp_path / "train.jsonl").write_text(json.dumps({"messages": turns}) + "\n")
    parquet.write(tmp_path, "train.jsonl")
    with (tmp_path / "train.jsonl").open("a") as file:
        file.write(json.dumps({"messages": turns}) + "\n")
    with pytest.raises(DataError, match=r"train.parquet: row 2 is not line 2 of train.jsonl"):
        parquet._compare(pq.ParquetFile(tmp_path / "train.parquet"), tmp_path, "train.jsonl")
