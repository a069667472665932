"""Whatever happens in between, a file or folder is the old one or the new one, and nothing else is left beside it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from medlong import atomic
from medlong.atomic import new_folder, write_text
from medlong.cli import main


def _content(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _make(path: Path, text: str) -> None:
    with new_folder(path) as work:
        (work / "a").write_text(text)


def _dead_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        return process.pid


def test_a_folder_is_made_and_replaced_whole(tmp_path: Path) -> None:
    for text in ("first", "second"):
        _make(tmp_path / "x", text)
        assert _content(tmp_path / "x") == {"a": text}
        assert _names(tmp_path) == ["x"]


def test_a_block_that_fails_leaves_the_old_folder(tmp_path: Path) -> None:
    _make(tmp_path / "x", "first")
    with pytest.raises(UnicodeEncodeError):
        _make(tmp_path / "x", "half \ud800")
    assert _content(tmp_path / "x") == {"a": "first"}
    assert _names(tmp_path) == ["x"]


@pytest.mark.parametrize("calls", [0, 1])
def test_an_interrupt_at_either_move_puts_the_old_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    _make(tmp_path / "x", "first")
    real, done = os.replace, []

    def interrupted(source: Path, target: Path) -> None:
        done.append(source)
        if len(done) == calls + 1:
            raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr(atomic.os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        _make(tmp_path / "x", "second")
    assert _content(tmp_path / "x") == {"a": "first"}
    assert _names(tmp_path) == ["x"]


def test_a_former_folder_that_cannot_be_removed_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _make(tmp_path / "x", "first")
    real = os.rmdir

    def refused(path: str, **options: object) -> None:
        if str(path).endswith(atomic.OLD):
            raise PermissionError(13, "Permission denied", path)
        real(path, **options)

    monkeypatch.setattr(atomic.shutil.os, "rmdir", refused)
    _make(tmp_path / "x", "second")
    assert _content(tmp_path / "x") == {"a": "second"}


def test_what_killed_processes_left_is_removed_and_what_is_in_use_is_not(tmp_path: Path) -> None:
    machine = atomic._machine()
    dead, live = f".x.{machine}-{_dead_process()}.abcd_123", f".x.{machine}-{os.getppid()}.abcd_123"
    elsewhere = f".x.00000000-{_dead_process()}.abcd_123"
    for name in (dead, live, elsewhere, ".x.lock", ".y.abc"):
        (tmp_path / name).mkdir()
    _make(tmp_path / "x", "new")
    assert _names(tmp_path) == sorted([live, elsewhere, ".x.lock", ".y.abc", "x"])
    (tmp_path / dead).write_text("half")
    write_text(tmp_path / "x" / "b", "text")
    write_text(tmp_path / "y", "text")
    assert (tmp_path / dead).exists()


def test_a_folder_moved_aside_by_a_killed_process_comes_back(tmp_path: Path) -> None:
    aside = tmp_path / f".x.{atomic._machine()}-{_dead_process()}.abcd_123{atomic.OLD}"
    aside.mkdir()
    (aside / "a").write_text("only copy")
    with pytest.raises(ValueError, match="stop"), new_folder(tmp_path / "x"):
        raise ValueError("stop")
    assert _content(tmp_path / "x") == {"a": "only copy"}


def test_a_text_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write_text(tmp_path / "in" / "x", "first")
    with pytest.raises(UnicodeEncodeError):
        write_text(tmp_path / "in" / "x", "half \ud800")
    assert _content(tmp_path / "in") == {"x": "first"}


def test_sigterm_stops_a_command_cleanly(tmp_path: Path) -> None:
    code = (
        "import sys, time, medlong.mixing.build as b\n"
        "from medlong.cli import main\n"
        "real = b._write\n"
        "def slow(*a):\n    real(*a); print('writing', flush=True); time.sleep(60)\n"
        "b._write = slow\n"
        f"sys.exit(main(['mix', 'build', 'half_general', '--out', {str(tmp_path)!r}]))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        assert _names(tmp_path)
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        errors = process.communicate()[1]
    assert (process.returncode, errors) == (130, b"medlong: stopped\n")
    assert time.monotonic() - start < 30
    assert _names(tmp_path) == [".half_general.work"]
    assert main(["mix", "build", "half_general", "--out", str(tmp_path)]) == 0
    assert [name.startswith(".") for name in _names(tmp_path)] == [False]


@pytest.mark.parametrize(("out", "reason"), [("file", "is a file, expected a folder"), ("file/in", "is a file")])
def test_an_output_that_cannot_be_written_is_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], out: str, reason: str
) -> None:
    from medlong.cli import main

    (tmp_path / "file").touch()
    assert main(["mix", "build", "half_general", "--out", str(tmp_path / out)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"medlong: error: {tmp_path / 'file'}")
    assert reason in error


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    from medlong import cli
    from medlong.mixing import build

    def fails(*_: object) -> None:
        raise OSError("no file is to blame")

    monkeypatch.setattr(build, "mixture_ids", fails)
    with pytest.raises(OSError, match="no file is to blame"):
        cli.main(["mix", "id", "half_general"])
