import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import yaml

from medlong.mixing.build import Built, build
from medlong.mixing.workers import workers

DATA = Path(os.environ.get("MEDLONG_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")

WORKERS = 2
"""Processes with which the command builds, in the tests from outside."""


@pytest.fixture(scope="session")
def build_it() -> Callable[[Path, Path], Built]:
    """Build a mixture file into a folder, within this process."""
    return build


@pytest.fixture(scope="session")
def builders() -> Iterator[list[Callable[[Path, Path], Built]]]:
    """What builds a mixture file into a folder: this process, and several."""
    with workers(WORKERS) as hands:
        yield [build, lambda path, out: build(path, out, hands=hands)]


@pytest.fixture(scope="session")
def command() -> Callable[[Path, Path], list[str]]:
    """The words of the command that builds a mixture file into a folder."""
    words = [sys.executable, "-m", "medlong", "mix", "build"]
    return lambda path, out: [*words, str(path), "--out", str(out), "--workers", str(WORKERS)]


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """A function that returns a path in the data shared beside the repository, or skips the test."""

    def path(name: str) -> Path:
        if not (DATA / name).exists():
            pytest.skip(f"{name} is not in the data beside the repository (or in $MEDLONG_SHARED_DATA)")
        return DATA / name

    return path


@pytest.fixture
def write_rows(tmp_path: Path) -> Callable[[str, Sequence[str]], Path]:
    """Write questions as a .jsonl of format qa."""

    def write(name: str, questions: Sequence[str]) -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps({"question": q, "answer": f"About {q}"}) + "\n" for q in questions))
        return path

    return write


@pytest.fixture
def write_mixture(tmp_path: Path) -> Callable[..., Path]:
    """Write a mixture of two local sources, a.jsonl and b.jsonl, changed by keyword; None removes a key."""

    def write(name: str = "mix.yaml", **changes: object) -> Path:
        source = {"format": "qa", "licence": "MIT"}
        spec: dict[str, object] = {
            "medlong_mixture": 1,
            "name": "trial",
            "sources": {"a": {"files": ["a.jsonl"], **source}, "b": {"files": ["b.jsonl"], **source}},
            "components": {"general": {"sources": ["a"]}, "medical": {"sources": ["b"]}},
            "shares": {"general": 0.5, "medical": 0.5},
            "total": 20,
        }
        spec = {key: value for key, value in (spec | changes).items() if value is not None}
        path = tmp_path / name
        path.write_text(yaml.safe_dump(spec, sort_keys=False))
        return path

    return write


@pytest.fixture
def two_sources(write_rows: Callable[[str, Sequence[str]], Path]) -> None:
    write_rows("a.jsonl", [f"a{n}" for n in range(100)])
    write_rows("b.jsonl", [f"b{n}" for n in range(100)])
