import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from medlong.mixing.build import Built, build

DATA = Path(os.environ.get("MEDLONG_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")

WORKERS: tuple[int | None, ...] = (None,)
"""Numbers of workers with which the tests from outside build; None gives no number."""


def builder(workers: int | None) -> Callable[[Path, Path], Built]:
    """Return `build` with a number of workers."""
    more: dict[str, Any] = {} if workers is None else {"workers": workers}
    return lambda path, out: build(path, out, **more)


@pytest.fixture(scope="session", params=WORKERS, ids=lambda workers: f"workers={workers or 'default'}")
def workers(request: pytest.FixtureRequest) -> int | None:
    """Each number of workers in turn."""
    number: int | None = request.param
    return number


@pytest.fixture(scope="session")
def build_it(workers: int | None) -> Callable[[Path, Path], Built]:
    """Build a mixture file into a folder, within this process."""
    return builder(workers)


@pytest.fixture(scope="session")
def builders() -> list[Callable[[Path, Path], Built]]:
    """What `build_it` is for every number of workers."""
    return [builder(workers) for workers in WORKERS]


@pytest.fixture(scope="session")
def command(workers: int | None) -> Callable[[Path, Path], list[str]]:
    """The words of the command that builds a mixture file into a folder."""
    more = [] if workers is None else ["--workers", str(workers)]
    return lambda path, out: [sys.executable, "-m", "medlong", "mix", "build", str(path), "--out", str(out), *more]


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
