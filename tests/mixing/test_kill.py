"""A build that is killed, stopped, or not alone: what is there is whole, and the next build ends as if nothing was."""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "killpg"), reason="no process groups here"),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are not listed in /proc"),
]

Command = Callable[[Path, Path], list[str]]
ROWS = 20_000
MOMENTS = 3


class Undisturbed:
    """A mixture file, what a build of it writes, and how long that takes."""

    def __init__(self, path: Path, out: Path, seconds: float) -> None:
        self.path, self.seconds = path, seconds
        self.whole = tree(out)


def tree(out: Path) -> dict[str, dict[str, bytes]]:
    """Return every file of every folder in `out`, hidden ones included."""
    if not out.exists():
        return {}
    return {
        place.name: {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*") if path.is_file()}
        for place in out.iterdir()
    }


def start(words: list[str]) -> "subprocess.Popen[str]":
    """Start a command as the first of its own process group, in which Ctrl-C means what it does in a terminal."""
    return subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def finish(words: list[str]) -> None:
    """Run a command to its end."""
    with start(words) as process:
        _, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")


def living(group: int) -> list[int]:
    """Return the processes of a group that have not ended."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            state, _, its_group = (place / "stat").read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(its_group) == group and state not in "ZX":
            found.append(int(place.name))
    return found


def wait_for_none(group: int) -> None:
    """Wait until no process of a killed command is left; the last ones need a moment to see that it is gone."""
    deadline = time.monotonic() + 20
    while living(group):
        assert time.monotonic() < deadline, f"processes {living(group)} of a killed build are still there"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def undisturbed(command: Command, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """A mixture of generated rows in several files, some dropped and some bad, and its files."""
    folder = tmp_path_factory.mktemp("kill")
    chance = random.Random(7)
    for name, number in (("a", ROWS * 3 // 5), ("b", ROWS * 2 // 5)):
        rows = [
            {"question": f"{name}{n}: {chance.randbytes(60).hex()}", "answer": f"{chance.randbytes(90).hex()}"}
            for n in range(number)
        ]
        for part in range(3):
            lines = [json.dumps(row) for row in rows[part::3]]
            (folder / f"{name}{part}.jsonl").write_text("\n".join([*lines, '{"question": "bad"}']) + "\n")
    source = {"format": "qa", "licence": "MIT", "bad_rows": "0.01"}
    spec = {
        "medlong_mixture": 1,
        "name": "trial",
        "sources": {name: {"files": [f"{name}*.jsonl"], **source} for name in "ab"},
        "components": {"general": {"sources": ["a"]}, "medical": {"sources": ["b"]}},
        "filter": {"exclude_terms": ["a77"]},
        "shares": {"general": 0.5, "medical": 0.5},
        "total": ROWS * 3 // 5,
    }
    path = folder / "mix.yaml"
    path.write_text(yaml.safe_dump(spec))
    began = time.monotonic()
    finish(command(path, folder / "out"))
    found = Undisturbed(path, folder / "out", time.monotonic() - began)
    assert len(found.whole) == 1
    return found


def moments(seed: int, first: float = 0.0) -> list[float]:
    """Return shares of a build's time, one at random in each of as many stretches between `first` and the end."""
    chance = random.Random(seed)
    width = (1 - first) / MOMENTS
    return [first + width * (n + chance.random()) for n in range(MOMENTS)]


def nothing_half_made(out: Path, undisturbed: Undisturbed) -> None:
    """Check that what is in `out` without a dot before its name is whole."""
    for name, files in tree(out).items():
        assert name.startswith(".") or {name: files} == undisturbed.whole


@pytest.mark.parametrize("alone", [True, False], ids=["first process", "all processes"])
@pytest.mark.parametrize("moment", moments(1), ids="{:.2f}".format)
def test_a_killed_build_is_taken_up_or_begun_anew(
    tmp_path: Path, command: Command, undisturbed: Undisturbed, moment: float, alone: bool
) -> None:
    out = tmp_path / "out"
    with start(command(undisturbed.path, out)) as process:
        time.sleep(moment * undisturbed.seconds)
        (os.kill if alone else os.killpg)(process.pid, signal.SIGKILL)
        process.wait()
        nothing_half_made(out, undisturbed)
        finish(command(undisturbed.path, out))  # while workers of the killed one may not know of it yet
        wait_for_none(process.pid)
    assert tree(out) == undisturbed.whole


def test_a_build_that_is_killed_again_and_again_ends(
    tmp_path: Path, command: Command, undisturbed: Undisturbed
) -> None:
    for moment in moments(2, first=0.3):
        with start(command(undisturbed.path, tmp_path / "out")) as process:
            time.sleep(moment * undisturbed.seconds)
            os.killpg(process.pid, signal.SIGKILL)
    finish(command(undisturbed.path, tmp_path / "out"))
    assert tree(tmp_path / "out") == undisturbed.whole


def test_builds_of_one_file_at_once_agree(tmp_path: Path, command: Command, undisturbed: Undisturbed) -> None:
    out = tmp_path / "out"
    other = undisturbed.path.with_name("other.yaml")
    other.write_text(undisturbed.path.read_text().replace("name: trial", "name: other\nseed: 1"))
    running = [start(command(path, out)) for path in (undisturbed.path, undisturbed.path, other)]
    for process in running:
        _, errors = process.communicate()
        assert (process.returncode, errors) == (0, "")
    found = tree(out)
    assert len(found) == 2
    assert found.items() >= undisturbed.whole.items()
    finish(command(other, tmp_path / "alone"))
    assert found.items() >= tree(tmp_path / "alone").items()


@pytest.mark.parametrize("moment", moments(3, first=0.25), ids="{:.2f}".format)
def test_ctrl_c_ends_a_build_with_one_line_and_nothing_half_made(
    tmp_path: Path, command: Command, undisturbed: Undisturbed, moment: float
) -> None:
    out = tmp_path / "out"
    with start(command(undisturbed.path, out)) as process:
        time.sleep(moment * undisturbed.seconds)
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate()
    nothing_half_made(out, undisturbed)
    wait_for_none(process.pid)
    if tree(out) == undisturbed.whole:
        assert process.returncode in (0, -signal.SIGINT), "the work was done, and Python about to end"
    else:
        assert (process.returncode, errors) == (130, "medlong: stopped\n")
        finish(command(undisturbed.path, out))
        assert tree(out) == undisturbed.whole
