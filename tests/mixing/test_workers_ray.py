"""The same jobs on a Ray cluster of two machines, which are two nodes on this one."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from medlong.errors import ConfigError, DataError, MissingPackageError
from medlong.mixing.build import build
from medlong.mixing.progress import Phase, Progress
from medlong.mixing.workers import Job, workers

ROOT = Path(__file__).resolve().parents[2]
installed = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="ray is not installed: pip install 'medlong[ray]'"
)
OWN = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}


def place(task, tick):
    time.sleep((7 * task % 5) / 50)
    tick(2, 10)
    return task * task


def meet(task, tick):
    """Wait for the other job, which one node of one core cannot run at the same time, and return the node."""
    import ray

    number, folder = task
    (Path(folder) / str(number)).touch()
    end = time.monotonic() + 120
    while len(list(Path(folder).iterdir())) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    return ray.get_runtime_context().get_node_id()


def fail(task, tick):
    number, kind = task
    time.sleep(0.5 if number == 2 else 0)
    if kind:
        from medlong import errors

        raise getattr(errors, kind)(f"job {number}: {kind}")
    return number


def die(task, tick):
    """Die the first time, or always without a folder to remember it in."""
    number, folder = task
    if number == 3 and not (folder and (Path(folder) / "died").exists()):
        if folder:
            (Path(folder) / "died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def _here(function):
    """`function`, sent to the workers as it is, since they may not be able to import this file."""
    from ray import cloudpickle

    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    return function


@pytest.fixture(scope="module")
def address():
    """The address of a cluster of two nodes of one core each."""
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "object_store_memory": 80_000_000, "include_dashboard": False}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (OWN | {"PYTHONPATH": str(ROOT)}).items():
            patch.setenv(name, value)
        cluster = Cluster(initialize_head=True, head_node_args=node)
        try:
            cluster.add_node(**{key: value for key, value in node.items() if key != "include_dashboard"})
            patch.setenv("RAY_ADDRESS", cluster.address)
            yield "auto"
        finally:
            cluster.shutdown()
    assert not _ray_processes()


def _ray_processes():
    """Processes of Ray that this one started, or those did, after a wait for the slow ones."""
    end = time.monotonic() + 120  # its agents look for the rest of it once a minute
    while found := _now():
        if time.monotonic() > end:
            return found
        time.sleep(0.1)
    return {}


def _now():
    """The commands of Ray's processes by their ids."""
    return _named("raylet/raylet ", "gcs_server ", "ray::", "ray/_private")


def _servers():
    """The ids of what a cluster is made of; its workers come and go."""
    return set(_named("raylet/raylet ", "gcs_server "))


def _named(*names):
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            command = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            state = (place / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state != "Z" and any(name in command for name in names):
            found[int(place.name)] = command
    return found


def _jobs(tasks):
    return [Job(task, 10) for task in tasks]


@installed
def test_results_are_those_of_one_process_in_the_same_order(address):
    import ray

    with workers(1) as crew:
        alone = list(crew.map(place, _jobs(range(20)), "placing"))
    with workers(ray=address) as crew:
        assert list(crew.map(_here(place), _jobs(range(20)), "placing")) == alone
    assert not ray.is_initialized()


@installed
def test_all_machines_of_the_cluster_work(address, tmp_path):
    with workers(ray=address) as crew:
        assert len(set(crew.map(_here(meet), _jobs([(n, str(tmp_path)) for n in range(2)]), "meeting"))) == 2


@installed
def test_a_mixture_has_the_same_bytes_on_two_machines(address, tmp_path, write_mixture):
    for name, number in (("a", 3000), ("b", 2000)):
        rows = [
            json.dumps({"question": f"{name}{n} {'why ' * (n % 50)}?", "answer": f"So {n}."}) for n in range(number)
        ]
        for part in range(5):
            (tmp_path / f"{name}{part}.jsonl").write_text("\n".join([*rows[part::5], "no row"]) + "\n")
    source = {"format": "qa", "licence": "MIT", "bad_rows": "0.01"}
    path = write_mixture(
        sources={name: {"files": [f"{name}*.jsonl"], **source} for name in "ab"},
        filter={"exclude_terms": ["So 77."]},
        total=3000,
    )
    alone = build(path, tmp_path / "alone")
    with workers(ray=address) as hands:
        shared = build(path, tmp_path / "shared", hands=hands)
    assert shared.manifest == alone.manifest
    assert {place.name for place in (tmp_path / "shared").iterdir()} == {alone.mixture_id}
    files = {place.name for place in alone.folder.iterdir()}
    assert {"train.jsonl", "index.jsonl", "drops.jsonl", "rejects.jsonl"} < files
    for name in files:
        assert (shared.folder / name).read_bytes() == (alone.folder / name).read_bytes(), name


@installed
@pytest.mark.parametrize("kind", [ConfigError, DataError, MissingPackageError])
def test_the_first_failure_in_the_order_of_jobs_is_raised_as_it_was_and_the_cluster_goes_on(address, kind):
    kinds = {2: kind.__name__, 3: "MedlongError"}
    taken = []
    with workers(ray=address) as crew:
        results = crew.map(_here(fail), _jobs([(n, kinds.get(n)) for n in range(40)]), "failing")
        with pytest.raises(kind) as caught:
            taken.extend(results)
        assert list(crew.map(_here(fail), _jobs([(0, None)]), "not failing")) == [0]
    assert type(caught.value) is kind
    assert str(caught.value) == f"job 2: {kind.__name__}"
    assert taken == [0, 1]


@installed
def test_a_job_whose_process_is_lost_is_tried_again_but_not_for_ever(address, tmp_path):
    with workers(ray=address) as crew:
        assert list(crew.map(_here(die), _jobs([(n, str(tmp_path)) for n in range(6)]), "dying")) == list(range(6))
        with pytest.raises(DataError, match=r"^a worker process was killed \(out of memory\?\)"):
            list(crew.map(_here(die), _jobs([(n, None) for n in range(6)]), "dying"))


@installed
def test_progress_moves_when_a_job_ends(address, monkeypatch):
    seen = []
    monkeypatch.setattr(Phase, "add", lambda self, rows, size: seen.append((rows, size)))
    with workers(ray=address, progress=Progress()) as crew:
        list(crew.map(_here(place), _jobs(range(4)), "placing"))
    assert [done for done in seen if done != (0, 0)] == [(2, 10)] * 4


@installed
def test_a_machine_with_another_version_is_refused(address, monkeypatch):
    with workers(ray=address) as crew:
        monkeypatch.setattr("medlong.__version__", "0.0.0")
        with pytest.raises(ConfigError, match=r"^a machine of the Ray cluster has medlong .*, this one 0\.0\.0$"):
            list(crew.map(_here(fail), _jobs([(0, None)]), "failing"))


@installed
@pytest.mark.parametrize("wrong", ["127.0.0.1:1", "nowhere"])
def test_an_address_without_a_cluster_is_named(wrong):
    with pytest.raises(ConfigError, match=f"^--ray {wrong}: no cluster that can be used: "), workers(ray=wrong):
        pass


@installed
@pytest.mark.slow
@pytest.mark.parametrize("sent", [None, signal.SIGINT])
def test_a_cluster_of_this_machine_ends_with_its_user(sent):
    before = _servers()
    code = (
        "import signal, sys, time; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from medlong.mixing.workers import Job, workers\n"
        "def job(task, tick): time.sleep(task)\n"
        "with workers(2, ray='local') as crew:\n"
        "    list(crew.map(job, [Job(0, 0)] * 4, 'resting'))\n"
        "    print('ready', flush=True)\n"
        "    sys.stdin.readline()\n"
    )
    user = subprocess.Popen(
        [sys.executable, "-c", code],
        env={key: value for key, value in os.environ.items() if key != "RAY_ADDRESS"} | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert user.stdout.readline() == "ready\n"
        started = _servers() - before
        assert len(started) == 2
        if sent:
            os.killpg(user.pid, sent)
        _, err = user.communicate("\n" if not sent else None, timeout=60)
    finally:
        user.kill()
    assert (user.returncode == 0) == (sent is None)
    if sent is None:
        assert err == ""
    end = time.monotonic() + 30
    while started & _servers() and time.monotonic() < end:
        time.sleep(0.1)
    assert not started & _servers()


def test_without_the_package_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'medlong\[ray\]'"), workers(ray="local"):
        pass
