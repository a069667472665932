import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from medlong import catalog
from medlong.cli import main
from medlong.errors import ConfigError, DataError
from medlong.mixing import lock
from medlong.mixing.build import build
from medlong.mixing.origin import Origin
from medlong.mixing.sources import resolve
from medlong.mixing.spec import load

Writer = Callable[..., Path]
REAL = Path(__file__).parents[3] / "shared" / "data" / "sft"
pytestmark = pytest.mark.usefixtures("two_sources")


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_a_lock_holds(tmp_path: Path, write_mixture: Writer, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_mixture()
    assert main(["mix", "lock", str(path)]) == 0
    place = tmp_path / "mix.lock.yaml"
    assert capsys.readouterr().out.strip() == str(place)
    text = place.read_text()
    a = yaml.safe_load(text)["sources"]["a"]
    size = (tmp_path / "a.jsonl").stat().st_size
    assert a["files"] == [{"path": "a.jsonl", "sha256": sha256(tmp_path / "a.jsonl"), "bytes": size}]
    assert {key: a[key] for key in ("licence", "revision", "format", "encoding", "rows", "distinct")} == {
        "licence": "MIT",
        "revision": "unstated",
        "format": "qa",
        "encoding": "utf-8",
        "rows": 100,
        "distinct": 100,
    }
    assert str(tmp_path) not in text
    built = build(path, tmp_path / "out")
    assert a["content_sha256"] == built.manifest["sources"]["a"]["sha256"]
    lock.write(path)
    assert place.read_text() == text


def test_a_build_beside_a_lock_refuses_a_changed_file_until_relocked(
    tmp_path: Path, write_mixture: Writer, write_rows: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_mixture()
    lock.write(path)
    before = sha256(tmp_path / "b.jsonl")
    write_rows("b.jsonl", [f"b{n}" for n in range(101)])
    command = ["mix", "build", str(path), "--out", str(tmp_path / "out")]
    assert main(command) == 2
    error = capsys.readouterr().err
    assert f"source 'b': b.jsonl: locked {before}, is {sha256(tmp_path / 'b.jsonl')}" in error
    assert "source 'a'" not in error
    assert "--relock" in error
    assert not (tmp_path / "out").exists()
    assert main([*command, "--relock"]) == 0
    assert main(command) == 0
    assert yaml.safe_load((tmp_path / "mix.lock.yaml").read_text())["sources"]["b"]["rows"] == 101


def test_files_that_come_go_or_are_declared_otherwise_are_all_named(
    tmp_path: Path, write_mixture: Writer, write_rows: Writer
) -> None:
    source = {"format": "qa", "licence": "MIT"}
    both = {"files": ["[ab]*.jsonl"], **source}
    one = {"components": {"x": {"sources": ["s"]}}, "shares": {"x": 1}}
    lock.write(write_mixture(sources={"s": both}, **one))
    (tmp_path / "a.jsonl").rename(tmp_path / "a[1].jsonl")
    changed = write_mixture(sources={"s": both | {"licence": "CC0-1.0"}}, **one)
    with pytest.raises(DataError) as caught:
        build(changed, tmp_path / "out")
    digest = sha256(tmp_path / "a[1].jsonl")
    assert str(caught.value).splitlines()[1:] == [
        "  source 's': licence: locked 'MIT', is 'CC0-1.0'",
        f"  source 's': a.jsonl: locked {digest}, is not there",
        f"  source 's': a[1].jsonl: is not in the lock, is {digest}",
    ]
    lock.renew(changed)
    assert [f["path"] for f in yaml.safe_load(lock.lock_path(changed).read_text())["sources"]["s"]["files"]] == [
        "a[1].jsonl",
        "b.jsonl",
    ]
    build(changed, tmp_path / "out")


def test_a_source_that_is_new_to_the_file_is_named(tmp_path: Path, write_mixture: Writer) -> None:
    lock.write(write_mixture(components={"general": {"sources": ["a"]}}, shares={"general": 1}))
    with pytest.raises(DataError, match="source 'b': is not in the lock"):
        build(write_mixture(), tmp_path / "out")


def test_generated_rows_are_locked_by_content(
    tmp_path: Path, write_mixture: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from medlong.mixing.embedded import general

    path = write_mixture(components={"x": {"sources": ["general_embedded"]}}, shares={"x": 1})
    lock.write(path)
    lock.check(path, origins(path))
    rows = list(general.rows())
    monkeypatch.setattr(general, "rows", lambda: iter(rows[1:]))
    with pytest.raises(DataError, match=r"source 'general_embedded': rows: locked [0-9a-f]{64}, are [0-9a-f]{64}"):
        lock.check(path, origins(path))


def origins(path: Path) -> dict[str, Origin]:
    return resolve(load(path), path)


def test_a_broken_lock_is_one_clear_message(tmp_path: Path, write_mixture: Writer) -> None:
    path = write_mixture()
    place = lock.write(path)
    place.write_text(place.read_text().replace("rows: 100", "rows: many").replace("medlong_lock: 1", "medlong_lock: 2"))
    with pytest.raises(ConfigError, match=r"mix.lock.yaml: \d problems\n  line 2: medlong_lock: .*got 2"):
        build(path, tmp_path / "out")


def test_there_must_be_a_lock_to_renew(
    tmp_path: Path, write_mixture: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mix", "build", str(write_mixture()), "--relock", "--out", str(tmp_path / "out")]) == 2
    assert "has no lock; write the first one: medlong mix lock" in capsys.readouterr().err


def test_a_lock_is_no_mixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("x.yaml", "x.lock.yaml"):
        (tmp_path / name).write_text("")
    monkeypatch.setattr(catalog, "folder", lambda kind: tmp_path)
    assert catalog.yaml_files("mixtures") == [tmp_path / "x.yaml"]


@pytest.mark.skipif(not REAL.is_dir(), reason=f"no real data sets in {REAL}")
def test_real_files_are_locked_as_they_are(tmp_path: Path, write_mixture: Writer) -> None:
    file = REAL / "gsm8k_train" / "train.jsonl"
    source = {"files": [str(file)], "format": "qa", "licence": "MIT"}
    path = write_mixture(sources={"s": source}, components={"x": {"sources": ["s"]}}, shares={"x": 1})
    held = yaml.safe_load(lock.write(path).read_text())["sources"]["s"]
    assert (held["rows"], held["distinct"]) == (7473, 7473)
    assert held["files"] == [{"path": file.as_posix(), "sha256": sha256(file), "bytes": file.stat().st_size}]
    build(path, tmp_path / "out")
