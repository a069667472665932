"""Mixtures of published sets, built whole: the shares that were typed, and what is known of the sets."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from medlong.exam import bankfile
from medlong.exam.importers import pubmedqa
from medlong.mixing.build import Built
from medlong.mixing.spec import load_all

Build = Callable[[Path, Path], Built]
Shared = Callable[[str], Path]

SETS: dict[str, dict[str, Any]] = {
    "gpteacher": {"folder": "gpteacher", "files": "*.json", "format": "alpaca", "map": {"output": "response"}},
    "codealpaca": {"folder": "codealpaca", "files": "*.json", "format": "alpaca", "bad_rows": "0.001"},
    "gsm8k": {"folder": "gsm8k_train", "files": "*.jsonl", "format": "qa"},
    "medquad": {"folder": "medquad_answered", "files": "*.jsonl.gz", "format": "qa"},
    "mts_dialog": {
        "folder": "mts_dialog",
        "files": "*.csv",
        "format": "qa",
        "map": {"question": "dialogue", "answer": "section_text"},
    },
    "meqsum": {"folder": "meqsum", "files": "*.xlsx", "format": "qa", "map": {"question": "CHQ", "answer": "Summary"}},
    "aci_bench": {
        "folder": "aci_bench",
        "files": "*.csv",
        "format": "qa",
        "map": {"question": "dialogue", "answer": "note"},
    },
}
COMPONENTS = {
    "general": ["gpteacher", "codealpaca", "gsm8k"],
    "medical": ["medquad", "mts_dialog", "meqsum"],
    "long": ["aci_bench"],
}
MIXTURES: dict[str, dict[str, Any]] = {
    "even": {"shares": {"general": 0.5, "medical": 0.45, "long": 0.05}, "totals": [1000, 4000]},
    "awkward": {"shares": {"general": 0.29, "medical": 0.701, "long": 0.009}, "total": 23_000},
    "thirds": {"shares": {"general": "1/3", "medical": "2/3", "long": 0}, "total": 6000},
    "all_long": {"counts": {"general": 1, "medical": 0, "long": 207}},
}


@pytest.fixture(scope="module")
def mixture(shared: Shared, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write a mixture file of the published sets, changed by keyword."""
    pytest.importorskip("python_calamine")
    sources = {
        name: {
            **{key: value for key, value in facts.items() if key != "folder"},
            "files": [str(shared(f"sft/{facts['folder']}") / facts["files"])],
            "licence": "unstated",
        }
        for name, facts in SETS.items()
    }

    def write(name: str, components: Mapping[str, list[str]], **more: object) -> Path:
        used = [source for listed in components.values() for source in listed]
        spec = {
            "medlong_mixture": 1,
            "name": name,
            "sources": {source: sources[source] for source in used},
            "components": {component: {"sources": listed} for component, listed in components.items()},
            **more,
        }
        path = tmp_path_factory.mktemp(name) / "mix.yaml"
        path.write_text(yaml.safe_dump(spec, sort_keys=False))
        return path

    return write


@pytest.fixture(scope="module")
def built(mixture: Callable[..., Path], build_it: Build) -> dict[str, Built]:
    """Every mixture of one file, by name."""
    path = mixture("real", COMPONENTS, mixtures=[{"name": name, **entry} for name, entry in MIXTURES.items()])
    names = [mixture.name for mixture in load_all(path)]
    return {name: build_it(path.with_name(f"{path.name}#{name}"), path.parent / "out") for name in names}


def read(folder: Path, name: str) -> list[dict[str, Any]]:
    with (folder / name).open(encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file]


@pytest.mark.slow
def test_realised_shares_are_the_typed_ones_to_the_row(built: dict[str, Built]) -> None:
    typed = {}
    for name, entry in MIXTURES.items():
        for total in entry.get("totals", [entry.get("total")]):
            shares = entry.get("shares", {})
            counts = entry.get("counts") or {c: Fraction(str(share)) * total for c, share in shares.items()}
            typed[f"{name}_{total}" if "totals" in entry else name] = counts
    realised = {}
    for name, found in built.items():
        rows, index = read(found.folder, "train.jsonl"), read(found.folder, "index.jsonl")
        assert len(rows) == len(index)
        taken = Counter(entry["component"] for entry in index)
        realised[name] = {component: taken[component] for component in COMPONENTS}
        asserted = {component: part["realised"]["examples"] for component, part in found.manifest["components"].items()}
        assert asserted == realised[name]
        characters: Counter[str] = Counter()
        for row, entry in zip(rows, index, strict=True):
            assert entry["source"] in COMPONENTS[entry["component"]]
            characters[entry["component"]] += sum(len(turn["content"]) for turn in row["messages"])
        assert {name: part["realised"]["characters"] for name, part in found.manifest["components"].items()} == {
            component: characters[component] for component in COMPONENTS
        }
        assert len({json.dumps(row) for row in rows}) == len(rows)
    assert realised == typed


@pytest.mark.slow
def test_mixtures_of_one_file_share_their_rows(built: dict[str, Built]) -> None:
    picks = {
        name: {
            source: {entry["content_id"] for entry in read(found.folder, "index.jsonl") if entry["source"] == source}
            for source in SETS
        }
        for name, found in built.items()
    }
    for source in SETS:
        ordered = sorted((chosen[source] for chosen in picks.values()), key=len)
        assert all(small <= large for small, large in pairwise(ordered))


@pytest.mark.slow
def test_what_each_set_has(built: dict[str, Built]) -> None:
    """4,535 pairs stand in both collections of code; medquad repeats 48 pairs."""
    for found in built.values():
        parts = {
            source: part
            for component in found.manifest["components"].values()
            for source, part in component["sources"].items()
        }
        keys = ("available", "rejected", "distinct", "duplicates_elsewhere")
        assert {source: tuple(part[key] for key in keys) for source, part in parts.items()} == {
            "gpteacher": (14_131, 0, 14_131, 0),
            "codealpaca": (6_550, 2, 6_550, 4_535),
            "gsm8k": (7_473, 0, 7_473, 0),
            "medquad": (16_407, 0, 16_407 - 48, 0),
            "mts_dialog": (1_701, 0, 1_700, 0),
            "meqsum": (1_000, 0, 1_000, 0),
            "aci_bench": (207, 0, 207, 0),
        }


@pytest.mark.parametrize("order", [["codealpaca", "gpteacher"], ["gpteacher", "codealpaca"]])
def test_the_first_of_two_sets_keeps_what_both_have(
    mixture: Callable[..., Path], build_it: Build, order: list[str], tmp_path: Path
) -> None:
    have = 14_131 + 6_550 - 4_535
    path = mixture("code", {"code": order}, shares={"code": 1}, total=have)
    found = build_it(path, tmp_path).manifest["components"]["code"]["sources"]
    assert {source: part["duplicates_elsewhere"] for source, part in found.items()} == dict(
        zip(order, (0, 4_535), strict=True)
    )
    assert sum(part["taken"] for part in found.values()) == have


def test_a_published_test_is_left_out_of_a_mixture_to_the_row(shared: Shared, build_it: Build, tmp_path: Path) -> None:
    """PubMedQA's 1,000 labelled rows hold the 500 of its test."""
    everything = json.loads(shared("exams/pubmedqa/ori_pqal.json").read_text())
    test = set(json.loads(shared("exams/pubmedqa/test_ground_truth.json").read_text()))
    (tmp_path / "test.json").write_text(json.dumps({key: everything[key] for key in test}))
    bankfile.write(pubmedqa.read(tmp_path / "test.json").bank, tmp_path / "pubmedqa_test")
    with (tmp_path / "labelled.jsonl").open("w") as file:
        file.writelines(
            json.dumps({"question": content["QUESTION"], "answer": content["LONG_ANSWER"]}) + "\n"
            for content in everything.values()
        )
    spec = {
        "medlong_mixture": 1,
        "name": "clean",
        "sources": {"labelled": {"files": ["labelled.jsonl"], "format": "qa", "licence": "MIT"}},
        "components": {"medical": {"sources": ["labelled"]}},
        "decontaminate": {"banks": ["pubmedqa_test"]},
        "shares": {"medical": 1},
        "total": 500,
    }
    (tmp_path / "mix.yaml").write_text(yaml.safe_dump(spec))
    found = build_it(tmp_path / "mix.yaml", tmp_path / "out")
    (part,) = found.manifest["components"]["medical"]["sources"].values()
    assert (part["available"], part["distinct"], part["dropped"]) == (1000, 500, {"contaminated_question": 500})
    assert {drop["item"] for drop in read(found.folder, "drops.jsonl")} == test
    trained = {row["messages"][0]["content"] for row in read(found.folder, "train.jsonl")}
    assert trained == {content["QUESTION"] for key, content in everything.items() if key not in test}
