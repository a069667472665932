"""Whole lm_eval runs with `medlong-hf`: the answers of stock `hf`, whatever the flags and however many processes."""

import json
import os
import subprocess
import sys

import pytest
from lm_eval import simple_evaluate
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager

from medlong import catalog
from medlong.lm.shared_prefix import SharedPrefixLM

FEW_SHOT = """
task: {name}
dataset_path: json
dataset_kwargs: {{data_files: {{train: {data}, test: {data}}}}}
output_type: {kind}
training_split: train
fewshot_split: train
test_split: test
num_fewshot: 4
doc_to_text: "Question: {{{{question}}}}\\nAnswer:"
"""
CHOICE = 'doc_to_target: right\ndoc_to_choice: "{{options}}"\nmetric_list: [{metric: acc}]\n'
WRITE = (
    'doc_to_target: "{{options[right]}}"\ngeneration_kwargs: {until: ["\\n\\n"], max_gen_toks: 8}\n'
    "metric_list: [{metric: exact_match}]\n"
)


@pytest.fixture(scope="module")
def few_shot(tmp_path_factory):
    """A folder with two ordinary tasks whose four examples stand before every question."""
    folder = tmp_path_factory.mktemp("tasks")
    rows = [
        {"question": f"What is {n} mg and {n} mg?", "options": [f"{n} mg", f"{2 * n} mg", "none of it"], "right": 1}
        for n in range(1, 11)
    ]
    data = folder / "rows.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    for name, kind, rest in (
        ("sums_choice", "multiple_choice", CHOICE),
        ("sums_loglikelihood", "loglikelihood", 'doc_to_target: "{{options[right]}}"\nmetric_list: [{metric: acc}]\n'),
        ("sums_written", "generate_until", WRITE),
    ):
        (folder / f"{name}.yaml").write_text(FEW_SHOT.format(name=name, kind=kind, data=data) + rest)
    return folder


def answers(made, model, tasks, folder, batch_size=1, window=4096, **flags):
    """What lm_eval logs as a model's responses, by task and document, and the model."""
    lm = made(pretrained=str(model), device="cpu", dtype="float32", batch_size=batch_size, max_length=window)
    metadata = {"medlong_items": 12, "pretrained": str(model), "max_length": window}
    manager = TaskManager(include_path=str(folder), include_defaults=False, metadata=metadata)
    found = simple_evaluate(lm, tasks=tasks, task_manager=manager, bootstrap_iters=0, **flags)
    assert found["samples"]
    return {
        (task, row["doc"].get("id", row["doc_id"])): row["resps"]
        for task, rows in found["samples"].items()
        for row in rows
    }, lm


def assert_same(expected, found):
    assert found.keys() == expected.keys()
    for key, rows in expected.items():
        for one, other in zip(rows, found[key], strict=True):
            for a, b in zip(one, other, strict=True):
                if isinstance(a, str):
                    assert a == b
                else:
                    assert float(b[0]) == pytest.approx(float(a[0]), abs=1e-4)
                    assert str(b[1]) == str(a[1])


@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize("limit", [None, 5])
def test_ordinary_tasks_with_few_shot_examples_give_the_answers_of_stock(tiny_model, few_shot, batch_size, limit):
    tasks = ["sums_choice", "sums_loglikelihood", "sums_written"]
    expected, _ = answers(HFLM, tiny_model, tasks, few_shot, batch_size, limit=limit)
    found, ours = answers(SharedPrefixLM, tiny_model, tasks, few_shot, batch_size, limit=limit)
    assert_same(expected, found)
    assert len(found) == 3 * (limit or 10)
    assert ours._branches


def test_the_embedded_model_gives_the_answers_of_stock_on_an_ordinary_task(smollm2, few_shot):
    tasks = ["sums_choice", "sums_loglikelihood", "sums_written"]
    expected, _ = answers(HFLM, smollm2, tasks, few_shot, limit=4)
    found, _ = answers(SharedPrefixLM, smollm2, tasks, few_shot, limit=4)
    assert_same(expected, found)


OURS = ["medlong_openbook_cloze_001k", "medlong_openbook_letter_001k", "medlong_openbook_001k"]


def test_our_tasks_give_the_answers_of_stock_with_limit_and_chat_template(tiny_model):
    folder = catalog.folder("lm_eval_tasks")
    expected, _ = answers(HFLM, tiny_model, OURS, folder, limit=4, apply_chat_template=True)
    found, _ = answers(SharedPrefixLM, tiny_model, OURS, folder, limit=4, apply_chat_template=True)
    assert_same(expected, found)


RUN = """
import json, sys
from lm_eval import simple_evaluate
from lm_eval.tasks import TaskManager
from medlong.lm.shared_prefix import SharedPrefixLM

model, folder, out, cache = sys.argv[1:]
lm = SharedPrefixLM(pretrained=model, device="cpu", dtype="float32", batch_size=1, max_length=4096)
metadata = {"medlong_items": 26, "pretrained": model, "max_length": 4096}
found = simple_evaluate(
    lm, tasks=["medlong_openbook_cloze_002k", "medlong_openbook_002k"], bootstrap_iters=0, use_cache=cache or None,
    task_manager=TaskManager(include_path=folder, include_defaults=False, metadata=metadata),
)
read = getattr(lm, "_tree", None)
rank = {"world": lm.world_size, "read": read.tokens_read if read else 0}
if found:
    rows = [(task, row) for task, logged in found["samples"].items() for row in logged]
    rank["samples"] = {f"{task} {row['doc']['id']}": row["resps"] for task, row in rows}
open(f"{out}.{lm.rank}.json", "w").write(json.dumps(rank))
"""


def in_processes(number, tiny_model, folder, cache=""):
    """Run the same exam in so many processes and return what each has to say."""
    script = folder / "run.py"
    script.write_text(RUN)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(number)]
    command += [str(script), str(tiny_model), str(catalog.folder("lm_eval_tasks")), str(folder / f"of{number}"), cache]
    environment = os.environ | {"ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads((folder / f"of{number}.{rank}.json").read_text()) for rank in range(number)]


@pytest.mark.slow
def test_two_processes_read_different_books_give_the_answers_of_one_and_go_on_from_them(tiny_model, tmp_path):
    (one,) = in_processes(1, tiny_model, tmp_path)
    cache = str(tmp_path / "answers")
    two = in_processes(2, tiny_model, tmp_path, cache)
    assert [rank["world"] for rank in two] == [2, 2]
    assert "samples" not in two[1]
    assert_same(one["samples"], two[0]["samples"])
    assert len(one["samples"]) == 52
    # what one process reads in all, the two share: at most one book is read by both
    read = [rank["read"] for rank in two]
    assert sum(read) < one["read"] + 2100
    assert max(read) < 0.75 * one["read"]
    again = in_processes(2, tiny_model, tmp_path, cache)
    assert again[0]["samples"] == two[0]["samples"]
    assert [rank["read"] for rank in again] == [0, 0]
    assert len(list(tmp_path.glob("answers_rank*.db*"))) >= 2
