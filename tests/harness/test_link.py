"""`medlong link` writes exactly what `unlink` takes away."""

import pytest

from medlong.errors import ConfigError, MissingPackageError
from medlong.harness import doctor, link, run


@pytest.fixture
def tasks(tmp_path, monkeypatch):
    folder = tmp_path / "tasks"
    (folder / "mmlu").mkdir(parents=True)
    (folder / "mmlu" / "mmlu.yaml").write_text("task: mmlu\n")
    monkeypatch.setattr(link, "tasks_folder", lambda: folder)
    return folder


def test_link_then_unlink_leaves_the_folder_as_it_was(tasks):
    before = sorted(tasks.rglob("*"))
    assert link.status().state == "absent"
    assert link.link().state == "linked"
    assert (tasks / "medlong" / "openbook" / "medlong_openbook.yaml").is_file()
    assert link.unlink() > 30
    assert sorted(tasks.rglob("*")) == before
    assert link.unlink() == 0


def test_linking_again_mends_a_changed_copy(tasks):
    link.link()
    (tasks / "medlong" / "_shared" / "_base.yaml").write_text("old")
    assert link.status().state == "stale"
    assert link.link().state == "linked"


def test_unlink_keeps_what_is_not_ours(tasks):
    link.link()
    (tasks / "medlong" / "mine.txt").write_text("x")
    link.unlink()
    assert [path.name for path in (tasks / "medlong").iterdir()] == ["mine.txt"]


def test_linking_again_keeps_what_the_user_added(tasks):
    link.link()
    (tasks / "medlong" / "mine.yaml").write_text("task: mine\n")
    assert link.status().state == "linked"
    next((tasks / "medlong").rglob("_base.yaml")).unlink()
    assert link.status().state == "stale"
    assert link.link().state == "linked"
    assert (tasks / "medlong" / "mine.yaml").read_text() == "task: mine\n"


def test_a_folder_that_is_not_ours_is_refused(tasks):
    (tasks / "medlong").mkdir()
    (tasks / "medlong" / "x.yaml").write_text("task: x\n")
    for act in (link.link, link.unlink):
        with pytest.raises(ConfigError, match="medlong"):
            act()
    assert (tasks / "medlong" / "x.yaml").exists()


def test_an_lm_eval_that_reads_entry_points_needs_no_link(tasks):
    (tasks / "manager.py").write_text('TASKS_ENTRY_POINT_GROUP = "lm_eval.tasks"\n')
    assert link.link().state == "entry point"
    assert not (tasks / "medlong").exists()


def test_the_doctor_says_when_lm_eval_is_missing(monkeypatch):
    def missing():
        raise MissingPackageError("lm_eval is not installed: pip install 'medlong[eval]'")

    monkeypatch.setattr(link, "tasks_folder", missing)
    report = doctor.report()
    assert not report.healthy
    assert "pip install" in report.lines[-1]


def test_our_model_is_found_in_every_way_of_asking_for_it(tmp_path):
    config = tmp_path / "run.yaml"
    config.write_text("model: medlong-hf\n")
    for argv in (["--model", "medlong-hf"], ["--model=medlong-hf"], ["--config", str(config)], [f"--config={config}"]):
        assert run._asks_our_model(argv)
    assert not run._asks_our_model(["--model", "hf", "--config", str(tmp_path / "none.yaml")])


@pytest.mark.parametrize(
    ("argv", "only_ours"),
    [
        (["--tasks", "medlong_openbook,medlong_openbook_controls"], True),
        (["run", "--tasks", "medlong_openbook", "medlong_001k", "--limit", "2"], True),
        (["--tasks=medlong_openbook"], True),
        (["--tasks", "medlong_openbook,mmlu"], False),
        (["--tasks", "medlong_openbook", "mmlu"], False),
        (["ls", "tasks"], False),
        (["--config", "x.yaml"], False),
        (["--model", "hf"], False),
    ],
)
def test_the_other_tasks_are_indexed_only_when_they_may_be_asked_for(argv, only_ours):
    assert run._asks_only_ours(argv) is only_ours
