"""Functions on many jobs: order, errors and processes; and the lines that say how far they are."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from medlong.errors import ConfigError, DataError, MissingPackageError
from medlong.mixing import progress as shown
from medlong.mixing.progress import Phase, Progress
from medlong.mixing.workers import AHEAD, Job, workers

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def jobs_module(tmp_path_factory):
    """A module that worker processes can import, whatever way tests are collected."""
    folder = tmp_path_factory.mktemp("jobs")
    (folder / "medlong_test_jobs.py").write_text(
        "import os, signal, time\n"
        "from pathlib import Path\n"
        "from medlong import errors\n"
        "def place(task, tick):\n"
        "    time.sleep((7 * task % 5) / 100)\n"
        "    tick(2, 10)\n"
        "    return task, os.getpid()\n"
        "def environment(task, tick):\n"
        "    return os.environ[task], signal.getsignal(signal.SIGINT) == signal.SIG_IGN\n"
        "def fail(task, tick):\n"
        "    number, kind = task\n"
        "    time.sleep(0.2 if number == 2 else 0)\n"
        "    if kind:\n"
        "        raise getattr(errors, kind)(f'job {number}: {kind}')\n"
        "    return number\n"
        "def die(task, tick):\n"
        "    if task == 3:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return task\n"
        "def note(task, tick):\n"
        "    number, folder = task\n"
        "    (Path(folder) / str(number)).touch()\n"
        "    return number\n"
        "def sleep(task, tick):\n"
        "    os.write(1, f'{os.getpid()}\\n'.encode())\n"  # at once: print may write the line's end by itself
        "    time.sleep(60)\n"
        "def ticks(task, tick):\n"
        "    for _ in range(task):\n"
        "        tick(1, 100)\n"
        "        time.sleep(0.05)\n"
    )
    sys.path.insert(0, str(folder))
    import medlong_test_jobs

    yield medlong_test_jobs
    sys.path.remove(str(folder))
    del sys.modules["medlong_test_jobs"]


def _jobs(tasks):
    return [Job(task, 10) for task in tasks]


def _gone(pid, seconds=5.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_one_worker_is_this_process_and_runs_a_job_when_its_result_is_asked_for(jobs_module, tmp_path):
    with workers(1) as crew:
        results = crew.map(jobs_module.note, _jobs([(n, str(tmp_path)) for n in range(5)]), "noting")
        assert [next(results), next(results)] == [0, 1]
        assert len(list(tmp_path.iterdir())) == 2
        assert {pid for _, pid in crew.map(jobs_module.place, _jobs(range(3)), "placing")} == {os.getpid()}


def test_results_come_in_the_order_of_jobs_from_processes_that_are_gone_afterwards(jobs_module):
    with workers(2) as crew:
        found = list(crew.map(jobs_module.place, _jobs(range(30)), "placing"))
        again = list(crew.map(jobs_module.place, _jobs(range(3)), "placing again"))
    pids = {pid for _, pid in found}
    assert [n for n, _ in found] == list(range(30))
    assert [n for n, _ in again] == [0, 1, 2]
    assert {pid for _, pid in again} <= pids  # the pool is kept
    assert len(pids) == 2
    assert os.getpid() not in pids
    assert all(_gone(pid) for pid in pids)


def test_no_jobs_start_no_process(jobs_module):
    with workers(2) as crew:
        assert list(crew.map(jobs_module.place, [], "placing")) == []


def test_few_jobs_are_handed_out_ahead_of_the_results(jobs_module, tmp_path):
    with workers(2) as crew:
        results = crew.map(jobs_module.note, _jobs([(n, str(tmp_path)) for n in range(100)]), "noting")
        next(results)
        time.sleep(0.5)
        assert len(list(tmp_path.iterdir())) <= 2 * AHEAD
        results.close()
    assert len(list(tmp_path.iterdir())) <= 2 * AHEAD


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("kind", [ConfigError, DataError, MissingPackageError])
def test_the_first_failure_in_the_order_of_jobs_is_raised_as_it_was(jobs_module, count, kind):
    kinds = {2: kind.__name__, 3: "MedlongError"}  # job 3 fails earlier in time
    taken = []
    with workers(count) as crew:
        results = crew.map(jobs_module.fail, _jobs([(n, kinds.get(n)) for n in range(40)]), "failing")
        with pytest.raises(kind) as caught:
            taken.extend(results)
    assert type(caught.value) is kind
    assert str(caught.value) == f"job 2: {kind.__name__}"
    assert taken == [0, 1]


def test_workers_go_on_after_a_failure_that_is_caught(jobs_module):
    with workers(2) as crew:
        with pytest.raises(DataError):
            list(crew.map(jobs_module.fail, _jobs([(0, "DataError"), *((n, None) for n in range(1, 20))]), "failing"))
        assert [n for n, _ in crew.map(jobs_module.place, _jobs(range(4)), "placing")] == [0, 1, 2, 3]


def test_a_killed_worker_is_one_clear_line_and_no_traceback(jobs_module, capfd):
    with workers(2) as crew, pytest.raises(DataError, match=r"^a worker process was killed \(out of memory\?\); try"):
        list(crew.map(jobs_module.die, _jobs(range(20)), "dying"))
    assert capfd.readouterr().err == ""


def test_workers_use_one_thread_and_leave_ctrl_c_to_their_parent(jobs_module):
    with workers(2) as crew:
        asked = ["OMP_NUM_THREADS", "TOKENIZERS_PARALLELISM"]
        assert list(crew.map(jobs_module.environment, _jobs(asked), "asking")) == [("1", True), ("false", True)]


def test_an_error_of_the_caller_kills_jobs_that_run(jobs_module):
    def use(pids):
        with workers(2) as crew:
            pids.extend(pid for _, pid in crew.map(jobs_module.place, _jobs(range(4)), "placing"))
            held = crew.map(jobs_module.ticks, [Job(1, 0), Job(1000, 0)], "ticking")
            next(held)
            raise ZeroDivisionError

    start = time.monotonic()
    pids = []
    with pytest.raises(ZeroDivisionError):
        use(pids)
    assert time.monotonic() - start < 20
    assert all(_gone(pid) for pid in pids)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_no_worker_outlives_a_parent_that_is_stopped(jobs_module, sent):
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import medlong_test_jobs\n"
        "from medlong.mixing.workers import Job, workers\n"
        "with workers(2) as crew:\n"
        "    list(crew.map(medlong_test_jobs.sleep, [Job(n, 0) for n in range(9)], 'sleeping'))\n"
    )
    paths = os.pathsep.join([str(ROOT), str(Path(jobs_module.__file__).parent)])
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    pids = [int(parent.stdout.readline()) for _ in range(2)]
    (os.killpg if sent == signal.SIGINT else os.kill)(parent.pid, sent)
    _, err = parent.communicate(timeout=20)
    assert all(_gone(pid) for pid in pids)
    assert parent.returncode != 0
    assert err.count("Traceback") == (sent == signal.SIGINT)  # that of the parent alone


class _Kept(Progress):
    """Keeps its phases."""

    def __init__(self):
        super().__init__()
        self.kept = []

    @contextmanager
    def phase(self, what, total=0, total_rows=0):
        with super().phase(what, total, total_rows) as phase:
            self.kept.append(phase)
            yield phase


@pytest.mark.parametrize("count", [1, 2])
def test_what_workers_have_done_adds_up(jobs_module, count):
    progress = _Kept()
    with workers(count, progress=progress) as crew:
        list(crew.map(jobs_module.place, _jobs(range(20)), "placing"))
        list(crew.map(jobs_module.place, _jobs(range(3)), "placing"))
    assert [(phase.what, phase.total, phase.rows, phase.bytes) for phase in progress.kept] == [
        ("placing", 200, 40, 200),
        ("placing", 30, 6, 30),
    ]


def test_progress_moves_while_a_job_runs(jobs_module):
    progress = _Kept()
    seen = []
    add = Phase.add

    with workers(2, progress=progress) as crew, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Phase, "add", lambda self, rows, size: (seen.append(rows), add(self, rows, size))[1])
        list(crew.map(jobs_module.ticks, [Job(30, 0)], "ticking"))
    assert sum(seen) == 30
    assert len([rows for rows in seen if rows]) > 2


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test turns."""

    class Clock:
        now = 100.0

    monkeypatch.setattr(shown, "monotonic", lambda: Clock.now)
    return Clock


def test_a_long_phase_writes_a_plain_line_now_and_then(clock, capsys):
    with Progress(plain=True).phase("surveying", total=1024 * 10**6) as phase:
        phase.add(500_000, 100 * 10**6)
        clock.now += 9
        phase.add(0, 0)
        assert capsys.readouterr().err == ""
        clock.now += 1
        phase.add(700_000, 212 * 10**6)
        line = "surveying: 1,200,000 rows, 312 MB of 1,024 MB, 120,000 rows/s, 31 MB/s, 23 s left\n"
        assert capsys.readouterr().err == line
        clock.now += 29
        phase.add(0, 0)
        assert capsys.readouterr().err == ""
        clock.now += 1
        phase.add(0, 0)
        assert capsys.readouterr().err.count("\n") == 1


def test_the_words_leave_out_what_is_unknown(clock):
    reading, writing, waiting = Phase("reading"), Phase("writing", total_rows=4000), Phase("waiting", total=10)
    reading.add(10, 0)
    writing.add(1000, 0)
    clock.now += 100
    assert reading.words() == "10 rows, 0 rows/s, 2 min so far"
    assert writing.words() == "1,000 of 4,000 rows, 10 rows/s, 5 min left"
    assert waiting.words() == "2 min so far"
    clock.now += 7100
    assert waiting.words() == "2 h 0 min so far"


def test_a_terminal_shows_phases_of_more_than_a_second(clock):
    progress = Progress()
    with progress.phase("reading", total=10), progress.phase("writing"):
        assert progress.table().row_count == 0
        clock.now += 1
        assert progress.table().row_count == 2
    assert progress.table().row_count == 0


def test_watching_passes_items_through_and_counts_them():
    progress = _Kept()
    assert list(progress(["a", "b"], "reading")) == ["a", "b"]
    assert list(progress(iter("abc"), "reading")) == ["a", "b", "c"]
    assert [(phase.rows, phase.total_rows) for phase in progress.kept] == [(2, 2), (3, 0)]


def test_a_terminal_sees_a_line_that_goes_away_and_a_pipe_nothing(tmp_path):
    code = (
        "import time\n"
        "from medlong.mixing.progress import progress\n"
        "with progress() as shown:\n"
        "    for _ in shown(range(3), 'short'): pass\n"
        "    for _ in shown(range(30), 'reading'): time.sleep(0.05)\n"
        "print('done')\n"
    )
    (tmp_path / "show.py").write_text(code)
    command = [sys.executable, str(tmp_path / "show.py")]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "120"}
    piped = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert (piped.stdout, piped.stderr) == ("done\n", "")
    seen = _on_terminal(command, environment)
    assert re.search(r"reading .*\d+ of 30 rows, \d+ rows/s, \d+ s left", seen)
    assert "short" not in seen
    assert seen.rstrip().endswith("done")


def _on_terminal(command, environment):
    import pty

    main, side = pty.openpty()
    process = subprocess.Popen(command, env=environment, stdin=side, stdout=side, stderr=side)
    os.close(side)
    parts = []
    try:
        while part := os.read(main, 65536):
            parts.append(part)
    except OSError:  # the other side is closed
        pass
    process.wait()
    os.close(main)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", b"".join(parts).decode())
