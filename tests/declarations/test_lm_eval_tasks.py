"""Every task file loads in the real lm_eval: its index hides broken files, so this does not."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from medlong import catalog
from medlong.exam import bankfile, example
from medlong.exam.prompts import SCORINGS
from medlong.exam.sitting import CONTROL_ARMS, LENGTH_ARMS

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
LENGTHS = {family: tuple(LENGTH_ARMS) for family in ("openbook", "pubmedqa", "bank")} | {
    "textbook": ("008k", "016k", "032k")
}
NAMES = [
    (family, f"medlong_{family}{'' if scoring == 'generate' else '_' + scoring}")
    for family in LENGTHS
    for scoring in SCORINGS
]
LEAVES = [f"{name}_{arm}" for family, name in NAMES for arm in (*CONTROL_ARMS, *LENGTHS[family])]
GROUPS = [f"{name}{controls}" for _, name in NAMES for controls in ("", "_controls")]
TAGS = [f"medlong_{arm}" for arm in (*CONTROL_ARMS, *LENGTH_ARMS)]


@pytest.fixture(scope="module")
def banks(tmp_path_factory):
    """A folder with a bank for every family that does not ship one."""
    folder = tmp_path_factory.mktemp("banks")
    bankfile.write(replace(example.bank(), shortest=8192), folder / "textbook")
    bankfile.write(example.bank(), folder / "pubmedqa")
    bankfile.write(example.bank(), folder / "own")
    before = os.environ.get("MEDLONG_BANKS")
    os.environ["MEDLONG_BANKS"] = str(folder)
    yield folder
    os.environ.pop("MEDLONG_BANKS")
    if before is not None:
        os.environ["MEDLONG_BANKS"] = before


@pytest.fixture(scope="module")
def manager(tiny_model, banks):
    from lm_eval.tasks import TaskManager

    return TaskManager(
        include_path=str(catalog.folder("lm_eval_tasks")),
        include_defaults=False,
        metadata={"pretrained": str(tiny_model), "max_length": 4096, "medlong_bank": str(banks / "own")},
    )


def load(manager, name):
    from lm_eval.tasks import get_task_dict

    (task,) = get_task_dict([name], manager).values()
    return task


def test_the_index_holds_exactly_the_expected_names(manager):
    assert sorted(manager.all_subtasks) == sorted(LEAVES)
    assert sorted(manager.all_groups) == sorted(GROUPS)
    assert sorted(manager.all_tags) == sorted(TAGS)


def test_a_tag_asks_nothing_that_has_to_be_imported_first(manager):
    from lm_eval.tasks import get_task_dict

    for tag in TAGS:
        assert {name.split("_")[1] for name in get_task_dict([tag], manager)} == {"openbook"}


def test_every_yaml_is_a_task_a_group_or_a_base():
    names = {path.stem for path in catalog.yaml_files("lm_eval_tasks")}
    assert names == {*LEAVES, *GROUPS, "_base", "_generate", "_letter", "_cloze"}


@pytest.mark.parametrize("name", LEAVES)
def test_a_leaf_task_builds_well_formed_requests(manager, name):
    task = load(manager, name)
    docs = list(task.eval_docs)
    limit = 10 if "openbook" in name else 4
    assert len(docs) >= (400 if "openbook" in name else 4)
    assert task.config.metadata["version"] == 1.0
    assert task.config.num_fewshot == 0
    assert set(task.aggregation()) == set(task.higher_is_better()) == {"acc", "no_answer", "overlength"}
    task.build_all_requests(limit=limit, rank=0, world_size=1)
    requests = task.instances
    if task.OUTPUT_TYPE == "generate_until":
        assert len(requests) == limit
        assert all(isinstance(r.args[0], str) and r.args[1]["until"] == [] for r in requests)
    else:
        assert len(requests) == 4 * limit
        assert all(r.args[1].startswith(" ") and r.args[1].strip() for r in requests)
    assert all(r.args[0] == r.args[0].strip() for r in requests)
    assert requests[0].args[0] == task.doc_to_text(docs[0])


@pytest.mark.parametrize("name", [f"{name}_{arm}" for _, name in NAMES for arm in CONTROL_ARMS])
def test_a_leaf_task_scores_its_own_answers(manager, name):
    task = load(manager, name)
    doc = task.eval_docs[0]
    if task.OUTPUT_TYPE == "generate_until":
        results = [doc["letter"]]
    else:
        results = [(-1.0 if i == doc["answer_index"] else -999.0, False) for i in range(len(doc["options"]))]
        assert task.doc_to_target(doc) == doc["answer_index"]
    assert task.process_results(doc, results) == {"acc": 1.0, "no_answer": 0.0, "overlength": 0.0}


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_names_its_leaves(manager, name):
    from lm_eval.tasks import get_task_dict

    ((_, leaves),) = get_task_dict([name], manager).items()
    arms = CONTROL_ARMS if name.endswith("_controls") else LENGTHS[name.split("_")[1]]
    assert sorted(leaves) == sorted(f"{name.removesuffix('_controls')}_{arm}" for arm in arms)


def test_rendered_files_are_fresh():
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "render_tasks.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def run(*command, **extra):
    env = os.environ | {"HF_HUB_OFFLINE": "1"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env, **extra)


@pytest.fixture(scope="module")
def linked():
    """Plain lm_eval knows our tasks while the tests run; the state before is restored."""
    from medlong.harness import link

    before = link.status().state
    link.link()
    yield
    if before == "absent":
        link.unlink()


@pytest.mark.slow
def test_plain_lm_eval_lists_validates_and_runs_our_tasks(linked, tiny_model, tmp_path):
    listed = run(str(BIN / "lm_eval"), "ls", "tasks")
    assert all(name in listed.stdout for name in LEAVES)
    valid = run(str(BIN / "lm_eval"), "validate", "--tasks", "medlong_openbook,medlong_openbook_cloze_controls")
    assert valid.returncode == 0, valid.stdout + valid.stderr
    out = tmp_path / "out"
    done = run(
        *(
            str(BIN / "lm_eval"),
            "--model",
            "hf",
            "--model_args",
            f"pretrained={tiny_model},dtype=float32,max_length=4096",
        ),
        *("--device", "cpu", "--tasks", "medlong_openbook_001k,medlong_openbook_letter_oracle", "--limit", "3"),
        *("--metadata", '{"medlong_seed": 1}', "--apply_chat_template", "--log_samples", "--output_path", str(out)),
    )
    assert done.returncode == 0, done.stderr[-3000:]
    (results,) = out.rglob("results_*.json")
    scores = json.loads(results.read_text())["results"]
    assert set(scores) == {"medlong_openbook_001k", "medlong_openbook_letter_oracle"}
    assert {"acc,strict", "acc,lenient", "no_answer,strict", "overlength,strict"} <= set(
        scores["medlong_openbook_001k"]
    )
    (samples,) = out.rglob("samples_medlong_openbook_letter_oracle_*.jsonl")
    lines = [json.loads(line) for line in samples.read_text().splitlines()]
    assert len(lines) == 3
    assert {line["doc"]["seed"] for line in lines} == {1}


@pytest.mark.slow
def test_medlong_eval_gives_stock_scores_from_shared_prefixes_and_include_path_works(tiny_model, tmp_path):
    task = ("--device", "cpu", "--tasks", "medlong_openbook_cloze_001k", "--limit", "8", "--log_samples")
    model = ("--model_args", f"pretrained={tiny_model},dtype=float32")
    ours = run(
        str(BIN / "medlong"), "eval", "--model", "medlong-hf", *model, *task, "--output_path", str(tmp_path / "a")
    )
    assert ours.returncode == 0, ours.stderr[-3000:]
    folder = str(catalog.folder("lm_eval_tasks"))
    stock = run(
        *(sys.executable, "-m", "lm_eval", "--model", "hf", *model, *task),
        *("--include_path", folder, "--output_path", str(tmp_path / "b")),
    )
    assert stock.returncode == 0, stock.stderr[-3000:]

    def samples(name):
        (path,) = (tmp_path / name).rglob("samples_*.jsonl")
        return {line["doc"]["id"]: line for line in map(json.loads, path.read_text().splitlines())}

    a, b = samples("a"), samples("b")
    assert a.keys() == b.keys()
    for key, line in a.items():
        assert line["acc"] == b[key]["acc"]
        for (mine, _), (theirs, _) in zip(line["filtered_resps"], b[key]["filtered_resps"], strict=True):
            assert abs(float(mine) - float(theirs)) < 1e-4


@pytest.mark.slow
def test_bad_metadata_through_medlong_eval_is_one_message_without_traceback(tiny_model):
    done = run(
        *(str(BIN / "medlong"), "eval", "--model", "hf", "--model_args", f"pretrained={tiny_model}", "--device", "cpu"),
        *("--tasks", "medlong_openbook_closed", "--metadata", '{"medlong_items": -1}'),
    )
    assert done.returncode == 2
    assert "medlong: error: --metadata: medlong_items: expected a whole number of at least 1, got -1" in done.stderr
    assert "Traceback" not in done.stderr
