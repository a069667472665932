"""The folders of the comparison's tests, with choices that letters can be counted from."""

import json

import pytest

from tests.compare.conftest import ARMS, Runs, empty, runs

__all__ = ["empty", "runs"]


@pytest.fixture
def answered(runs: Runs) -> Runs:
    """Every line with the likelihoods that its score follows from; a wrong answer takes the next letter."""
    for name in ("base", "g50m50", "m100"):
        for arm in ARMS:
            lines = runs.lines(name, arm)
            for line in lines:
                chosen = ("ABCD".index(line["doc"]["letter"]) + (line["acc"] != 1)) % 4
                line["filtered_resps"] = [[str(-1.0 - (place != chosen)), "False"] for place in range(4)]
            runs.rewrite(name, arm, lines)
    return runs


def spoil(runs: Runs, change) -> None:
    """Change every line of every sample file, the same way for all models."""
    for path in sorted(runs.root.rglob("samples_*.jsonl")):
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        path.write_text("".join(json.dumps(change(line)) + "\n" for line in lines))
