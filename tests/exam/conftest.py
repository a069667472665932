"""Banks small enough to write by hand, and the real data where it is."""

import json
import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("MEDLONG_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")

SHEET = 'name: mine\nversion: "1"\nlanguage: en\n'
PAGES = [{"id": "p1", "text": "The liver makes bile."}, {"id": "p2", "text": "The kidney makes urine."}]
ITEMS = [
    {
        "id": "q1",
        "kind": "fact",
        "question": "Which organ is it that makes bile?",
        "options": ["the liver", "the kidney", "the heart"],
        "answer": "A",
        "gold": ["p1"],
        "near": ["p2"],
    }
]


@pytest.fixture
def write_bank(tmp_path):
    """A function that writes a bank's three files; what is not given is sound."""

    def write(sheet=SHEET, pages=PAGES, items=ITEMS):
        folder = tmp_path / "mine"
        folder.mkdir(exist_ok=True)
        for name, content in (("bank.yaml", sheet), ("pages.jsonl", pages), ("items.jsonl", items)):
            if isinstance(content, list):
                content = "".join(json.dumps(row) + "\n" for row in content)
            if content is not None:
                (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    return write


@pytest.fixture(scope="session")
def shared():
    """A function that returns a path in the data shared beside the repository, or skips the test."""

    def path(name):
        if not (DATA / name).exists():
            pytest.skip(f"{name} is not in the data beside the repository (or in $MEDLONG_SHARED_DATA)")
        return DATA / name

    return path
