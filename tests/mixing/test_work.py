"""The folder of an unfinished build: one process at a time, kept for a later run, never left by a finished one."""

import multiprocessing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from medlong.mixing.work import room, work_folder


def test_it_is_there_inside_and_gone_afterwards(tmp_path: Path) -> None:
    with work_folder(tmp_path / "out" / ".x.work") as folder:
        (folder / "part").write_text("half")
    assert list((tmp_path / "out").iterdir()) == []


def _half(place: Path, error: type[BaseException]) -> None:
    with work_folder(place) as folder:
        (folder / "part").write_text("half")
        raise error("no")


def test_an_error_leaves_nothing_not_even_the_folder_it_was_made_in(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no"):
        _half(tmp_path / "out" / ".x.work", ValueError)
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_keeps_what_was_done(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        _half(tmp_path / ".x.work", KeyboardInterrupt)
    with work_folder(tmp_path / ".x.work") as folder:
        assert (folder / "part").read_text() == "half"


def _count(place: Path, times: int) -> None:
    for _ in range(times):
        with work_folder(place / ".x.work"):
            path = place / "count"
            path.write_text(str(int(path.read_text()) + 1))


def test_two_processes_never_have_it_at_once(tmp_path: Path) -> None:
    (tmp_path / "count").write_text("0")
    context: Any = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_count, args=(tmp_path, 200)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert (tmp_path / "count").read_text() == "400"


@pytest.mark.parametrize("error", [duckdb.InterruptException("INTERRUPT Error"), RuntimeError("Query interrupted")])
def test_both_ways_in_which_duckdb_tells_of_ctrl_c_are_ctrl_c(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(KeyboardInterrupt), room(tmp_path):
        raise error


def test_an_error_of_another_kind_stays_itself(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="something else"), room(tmp_path):
        raise RuntimeError("something else")
