"""Every task file loads in the real lm_eval: its index hides broken files, so this does not."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from medlong import catalog
from medlong.exam import bankfile, banks, example
from medlong.exam.arms import CONTROL_ARMS
from medlong.exam.prompts import SCORINGS
from medlong.exam.sitting import asked, sitting

ITEMS = 24
"""Items of each bank that ships which are asked here."""

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
TO_32K = ("001k", "002k", "004k", "008k", "016k", "032k")
TO_128K = (*TO_32K, "064k", "128k")
LENGTHS = {
    "openbook": TO_128K,
    "openbook_zh": TO_128K[1:],
    "pharmacology": TO_32K,
    "pharmacology_zh": TO_32K[1:],
    "textbook": TO_128K[3:],
    "pubmedqa": TO_128K,
    "psychology": TO_128K[3:],
    "medmcqa": TO_128K,
    "medqa": TO_128K,
    "headqa": (),
    "cmb": TO_128K,
    "cmexam": TO_128K,
    "longhealth": TO_128K[4:],
    "bank": TO_128K,
}
SHIPPED = tuple(LENGTHS)[:4]
STATEMENTS = {family: TO_32K[1:] if family.endswith("_zh") else TO_32K for family in LENGTHS}
ARMS = {
    family: (
        {"": lengths, "_controls": CONTROL_ARMS, "_absent": tuple(f"absent_{arm}" for arm in lengths)}
        if lengths
        else {"": ("closed",)}
    )
    | {"_paper": tuple(f"paper_{arm}" for arm in ("oracle", *STATEMENTS[family]))}
    | ({"_conflict": tuple(f"conflict_{arm}" for arm in ("oracle", *lengths))} if "pharmacology" in family else {})
    for family, lengths in LENGTHS.items()
}
NAMES = [
    (family, f"medlong_{family}{'' if scoring == 'generate' else '_' + scoring}")
    for family in LENGTHS
    for scoring in SCORINGS
]
GROUPS = {
    f"{name}{suffix}": [f"{name}_{arm}" for arm in arms]
    for family, name in NAMES
    for suffix, arms in ARMS[family].items()
}
LEAVES = [leaf for leaves in GROUPS.values() for leaf in leaves]
TAGS = sorted({f"medlong_{arm}" for family in SHIPPED for arms in ARMS[family].values() for arm in arms})


def family_of(name):
    return (
        max((family for family in LENGTHS if name.startswith(f"medlong_{family}_")), key=len, default=None) or name[8:]
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a bank for every family that does not ship one; of those that do, the first items."""
    folder = tmp_path_factory.mktemp("banks")
    made = example.bank()
    for family, lengths in LENGTHS.items():
        if family in SHIPPED:
            continue
        if lengths:
            bank = replace(made, shortest=int(lengths[0][:3]) * 1024)
        else:
            bank = replace(made, pages=(), items=tuple(replace(item, gold=(), near=()) for item in made.items))
        bankfile.write(bank, folder / ("own" if family == "bank" else family))
    shipped = {name: banks.load(name) for name in banks.EMBEDDED}
    shipped = {name: replace(bank, items=bank.items[:ITEMS]) for name, bank in shipped.items()}
    kept = banks.load
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDLONG_BANKS", str(folder))
        patch.setattr(banks, "load", lambda name: shipped.get(name) or kept(name))
        asked.cache_clear()
        sitting.cache_clear()
        yield folder
    asked.cache_clear()
    sitting.cache_clear()


@pytest.fixture(scope="module")
def manager(tiny_model, folder):
    from lm_eval.tasks import TaskManager

    return TaskManager(
        include_path=str(catalog.folder("lm_eval_tasks")),
        include_defaults=False,
        metadata={"pretrained": str(tiny_model), "max_length": 131072, "medlong_bank": str(folder / "own")},
    )


def load(manager, name):
    from lm_eval.tasks import get_task_dict

    (task,) = get_task_dict([name], manager).values()
    return task


def test_the_index_holds_exactly_the_expected_names(manager):
    assert sorted(manager.all_subtasks) == sorted(LEAVES)
    assert sorted(manager.all_groups) == sorted(GROUPS)
    assert sorted(manager.all_tags) == sorted(TAGS)


def test_a_tag_asks_nothing_that_has_to_be_imported_first():
    for path in catalog.yaml_files("lm_eval_tasks"):
        assert ("\ntag: " in path.read_text()) == (path.stem in LEAVES and family_of(path.stem) in SHIPPED)


def test_every_yaml_is_a_task_a_group_or_a_base():
    names = {path.stem for path in catalog.yaml_files("lm_eval_tasks")}
    bases = {f"_{scoring}" for scoring in SCORINGS}
    assert names == {*LEAVES, *GROUPS, "_base", *bases, *(f"_conflict{base}" for base in bases)}


METRICS = {"acc", "no_answer", "overlength"}


@pytest.mark.parametrize("name", LEAVES)
def test_a_leaf_task_builds_well_formed_requests_and_scores_its_own_answers(manager, name):
    task = load(manager, name)
    docs = list(task.eval_docs)
    ours = family_of(name) in SHIPPED
    limit = 10 if ours else 2
    least = ITEMS if ours else 4
    assert len(docs) >= (least // 2 if "_absent_" in name else least - 1)
    assert task.config.metadata["version"] == 2.0
    assert task.config.num_fewshot == 0
    metrics = METRICS | ({"own_knowledge"} if "_conflict_" in name else set())
    assert set(task.aggregation()) == set(task.higher_is_better()) == metrics
    task.build_all_requests(limit=limit, rank=0, world_size=1)
    requests = task.instances
    if task.OUTPUT_TYPE == "generate_until":
        assert len(requests) == limit
        assert all(isinstance(r.args[0], str) and r.args[1]["until"] == [] for r in requests)
    else:
        assert len(requests) == sum(len(doc["options"]) for doc in docs[:limit])
        assert all(r.args[1].startswith(" ") and r.args[1].strip() for r in requests)
    assert all(r.args[0] == r.args[0].strip() for r in requests)
    assert requests[0].args[0] == task.doc_to_text(docs[0])
    check_scores(task, docs[0], metrics)


def check_scores(task, doc, metrics):
    """Assert that the right answer scores 1, and that every metric is there."""
    if task.OUTPUT_TYPE == "generate_until":
        results = [doc["letter"]]
    else:
        results = [(-1.0 if i == doc["answer_index"] else -999.0, False) for i in range(len(doc["options"]))]
        assert task.doc_to_target(doc) == doc["answer_index"]
    assert task.process_results(doc, results) == dict.fromkeys(metrics, 0.0) | {"acc": 1.0}


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_names_its_leaves(manager, name):
    from lm_eval.tasks import get_task_dict

    ((_, leaves),) = get_task_dict([name], manager).items()
    assert sorted(leaves) == sorted(GROUPS[name])


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
