"""What holds of any mixture, seen from outside: only files go in, and only the files of a build are looked at."""

import gzip
import json
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from medlong.mixing.build import Built

Build = Callable[[Path, Path], Built]
Pair = tuple[str, str]
few = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)
"""A build is dear: few examples, which are small from the start, and are not shrunk for minutes where one fails."""

LETTERS = st.sampled_from(
    ["a", "B", " ", "\n", "\r\n", "\r", "\t", '"', "\\", ",", "\u2028", "\u00e9", "e\u0301", "中", "😀"]
)
"""Pieces of text that a reader, a hash or a line break may trip over; some are the same once normalised."""

TEXT = st.lists(LETTERS, min_size=1, max_size=5).map("".join)


@st.composite
def pairs(draw: st.DrawFn, name: str, least: int, most: int) -> list[Pair]:
    """Questions that begin with `name` and are all different, even once they are normalised."""
    texts = draw(st.lists(st.tuples(TEXT, TEXT), min_size=least, max_size=most))
    return [(f"{name}{n} {question}", f"{answer}.") for n, (question, answer) in enumerate(texts)]


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def write(path: Path, rows: Sequence[Pair]) -> None:
    """Write rows as their file's suffixes say."""
    records = [{"question": question, "answer": answer} for question, answer in rows]
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    if path.suffix == ".json":
        text = json.dumps(records, indent=1)
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


def mixture(place: Path, drawn: Mapping[str, Sequence[str]], **more: object) -> Path:
    """Write a mixture of sources, each of the files in `place` whose names begin with its id."""
    place.mkdir(exist_ok=True)
    names = [source for sources in drawn.values() for source in sources]
    spec = {
        "medlong_mixture": 1,
        "name": "trial",
        "sources": {name: {"files": [f"{name}*"], "format": "qa", "licence": "MIT"} for name in names},
        "components": {name: {"sources": list(sources)} for name, sources in drawn.items()},
        **more,
    }
    (place / "mix.yaml").write_text(yaml.safe_dump(spec, sort_keys=False))
    return place / "mix.yaml"


def contents(built: Built) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in built.folder.iterdir()}


def entries(built: Built) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (built.folder / "index.jsonl").read_text(encoding="utf-8").splitlines()]


def uses(built: Built, source: str) -> set[tuple[str, int]]:
    """Which rows of a source are in, each with the pass."""
    return {(entry["content_id"], entry["epoch"]) for entry in entries(built) if entry["source"] == source}


def questions(built: Built) -> list[str]:
    with (built.folder / "train.jsonl").open(encoding="utf-8", newline="\n") as file:
        return [json.loads(line)["messages"][0]["content"] for line in file]


@few
@given(pairs("a", 3, 12), pairs("b", 3, 12), st.integers(0, 9), st.integers(1, 3))
def test_building_again_gives_the_same_bytes_of_every_file(
    builders: list[Build], a: list[Pair], b: list[Pair], seed: int, times: int
) -> None:
    with folder() as place:
        path = mixture(
            place, {"x": ["a"], "y": ["b"]}, seed=seed, shortage={"repeat_up_to": times + 1},
            counts={"x": times * len(a), "y": len(b)}, filter={"exclude_terms": ["B"]} if times == 1 else {},
        )  # fmt: skip
        write(place / "a.jsonl", [*a, *(("a" + str(n), "fits") for n in range(len(a)))])
        write(place / "b.json", [*b, *(("b" + str(n), "fits") for n in range(len(b)))])
        built = [build(path, place / f"out{n}") for n, build in enumerate(builders * 2)]
        assert {each.mixture_id for each in built} == {built[0].mixture_id}
        assert all(contents(each) == contents(built[0]) for each in built)


def disguised(row: Pair) -> Pair:
    """The same row in other bytes."""
    return unicodedata.normalize("NFD", row[0]).replace("\n", "\r\n").replace("\r\r\n", "\r\n"), row[1]


@st.composite
def layouts(draw: st.DrawFn, rows: Sequence[Pair], again: bool) -> dict[str, list[Pair]]:
    """The rows in one, two or seven files of several kinds, in any order, some of them more than once."""
    number = draw(st.sampled_from([1, 2, 7]))
    extra = draw(st.lists(st.sampled_from(rows).map(disguised), max_size=6)) if again else []
    shuffled = draw(st.permutations([*rows, *extra, *([disguised(rows[-1])] if again else [])]))
    names = [f"{n}{draw(st.sampled_from(['.jsonl', '.json', '.jsonl.gz']))}" for n in range(number)]
    files: dict[str, list[Pair]] = {name: [] for name in names}
    for row in shuffled:
        files[names[draw(st.integers(0, number - 1))]].append(row)
    return files


@few
@given(pairs("a", 4, 14), pairs("b", 4, 14), st.booleans(), st.sampled_from([0, 0, 2]), st.data())
def test_the_same_rows_in_other_files_in_another_order_and_twice_give_the_same_bytes(
    build_it: Build, a: list[Pair], b: list[Pair], again: bool, left: int, data: st.DataObject
) -> None:
    built = []
    a = [*a, ("a\u00e9\n", "Yes.")]
    both = a[-2:]  # rows of the two sources are the first one's, wherever they stand
    with folder() as top:
        for n in range(3):
            place = top / str(n)
            path = mixture(place, {"x": ["a"], "y": ["b"]}, counts={"x": len(a) - left, "y": len(b) - left})
            for name, rows in (("a", a), ("b", [*b, *both])):
                for file, part in data.draw(layouts(rows, again and n > 0)).items():
                    write(place / f"{name}{file}", part)
            built.append(build_it(path, place / "out"))
        first, *others = map(contents, built)
        for other in others:
            assert {name: other[name] for name in ("train.jsonl", "index.jsonl")} == {
                name: first[name] for name in ("train.jsonl", "index.jsonl")
            }
            assert again or other == first
        assert len({each.mixture_id for each in built}) == 1
        assert len(set(questions(built[0]))) == len(a) + len(b) - 2 * left


def dealt(weights: Mapping[str, Fraction | int], total: int) -> dict[str, int]:
    """Webster's method from its definition: each unit to the highest weight / (2 n + 1), ties by name."""
    given_out = dict.fromkeys(sorted(weights), 0)
    for _ in range(total):
        claims = {name: Fraction(weights[name]) / (2 * given_out[name] + 1) for name in given_out}
        given_out[max(claims, key=lambda name: claims[name])] += 1
    return given_out


@st.composite
def asked(draw: st.DrawFn) -> dict[str, Any]:
    """One to four components of one to three sources, with exact shares and ways to divide."""
    components: dict[str, Any] = {}
    for component in draw(st.lists(st.sampled_from("wxyz"), min_size=1, max_size=4, unique=True)):
        sources = [f"{component}{n}_" for n in range(draw(st.integers(1, 3)))]
        within = draw(st.sampled_from(["proportional", "equal", "typed"]))
        parts = draw(st.lists(st.integers(1, 20), min_size=len(sources), max_size=len(sources)))
        typed = {source: f"{part}/{sum(parts)}" for source, part in zip(sources, parts, strict=True)}
        components[component] = {"sources": sources, "within": typed if within == "typed" else within}
    size = len(components)
    weights = draw(st.lists(st.integers(0, 100), min_size=size, max_size=size).filter(any))
    shares = {name: f"{weight}/{sum(weights)}" for name, weight in zip(components, weights, strict=True)}
    return {"components": components, "shares": shares, "total": draw(st.integers(1, 90))}


def expected(spec: Mapping[str, Any], have: Mapping[str, int]) -> dict[str, int]:
    """How many examples each source gives."""
    quotas = dealt({name: Fraction(share) for name, share in spec["shares"].items()}, spec["total"])
    found: dict[str, int] = {}
    for name, component in spec["components"].items():
        weights: dict[str, Fraction | int] = dict.fromkeys(component["sources"], 1)
        if component["within"] == "proportional":
            weights = {source: have[source] for source in component["sources"]}
        elif component["within"] != "equal":
            weights = {source: Fraction(share) for source, share in component["within"].items()}
        found |= dealt(weights, quotas[name])
    return found


def write_asked(place: Path, spec: Mapping[str, Any], have: Mapping[str, int]) -> Path:
    plain = {name: component["sources"] for name, component in spec["components"].items()}
    for source, number in have.items():
        write(place / f"{source}.jsonl", [(f"{source}{n}", "Yes.") for n in range(number)] * 2)
    return mixture(place, plain, **spec, shortage={"repeat_up_to": 100})


@settings(few, max_examples=25)
@given(asked(), st.data())
def test_what_is_in_the_files_is_what_was_typed(build_it: Build, spec: dict[str, Any], data: st.DataObject) -> None:
    sources = [source for component in spec["components"].values() for source in component["sources"]]
    have = {source: data.draw(st.integers(1, 9)) for source in sources}
    with folder() as place:
        built = build_it(write_asked(place, spec, have), place / "out")
        taken = {source: number for source, number in expected(spec, have).items() if number}
        assert Counter(entry["source"] for entry in entries(built)) == taken
        assert Counter(question.partition("_")[0] + "_" for question in questions(built)) == taken
        assert all(entry["source"].startswith(entry["component"]) for entry in entries(built))
        for source, number in taken.items():  # whole passes: no row a second time before every row was used once
            passes = Counter(epoch for _, epoch in uses(built, source))
            whole, rest = divmod(number, have[source])
            assert passes == dict.fromkeys(range(whole), have[source]) | ({whole: rest} if rest else {})


@few
@given(asked(), st.lists(st.integers(1, 60), min_size=2, max_size=4), st.data())
def test_a_larger_total_keeps_every_pick_of_every_source(
    build_it: Build, spec: dict[str, Any], totals: list[int], data: st.DataObject
) -> None:
    sources = [source for component in spec["components"].values() for source in component["sources"]]
    have = {source: data.draw(st.integers(1, 9)) for source in sources}
    with folder() as place:
        built = [build_it(write_asked(place, spec | {"total": n}, have), place / "out") for n in sorted(totals)]
        for smaller, larger in pairwise(built):
            assert all(uses(smaller, source) <= uses(larger, source) for source in sources)
            common = {entry["content_id"] + str(entry["epoch"]) for entry in entries(smaller)}
            order = [key for entry in entries(larger) if (key := entry["content_id"] + str(entry["epoch"])) in common]
            assert order == [entry["content_id"] + str(entry["epoch"]) for entry in entries(smaller)]


@few
@given(pairs("a", 6, 12), pairs("b", 6, 12), st.tuples(st.integers(1, 6), st.integers(1, 6)), st.integers(0, 5))
def test_mixtures_of_one_seed_share_what_each_source_gives_first(
    build_it: Build, a: list[Pair], b: list[Pair], counts: tuple[int, int], seed: int
) -> None:
    with folder() as place:
        write(place / "a.jsonl", a)
        write(place / "b.jsonl", b)
        built = [
            build_it(mixture(place, {"x": ["a"], "y": ["b"]}, seed=seed, counts={"x": x, "y": y}), place / "out")
            for x, y in (counts, counts[::-1], (6, 6))
        ]
        for source in "ab":
            smallest, middle, largest = sorted((uses(each, source) for each in built), key=len)
            assert smallest <= middle <= largest


@few
@given(pairs("a", 4, 12), TEXT, st.data())
def test_a_row_that_comes_goes_or_is_edited_moves_no_other_row(
    build_it: Build, a: list[Pair], new: str, data: st.DataObject
) -> None:
    """With the new row, `count` picks are those of before, or the new row stands for the last of them.

    The picks of `count` rows are the first `count` of an order, of which the picks of fewer are the beginning. So where
    the new row is picked, the others are the picks of `count` - 1 rows of before; where it is not, nothing changes.
    Read backwards this is a row that goes; one after the other, it is a row that is edited.
    """
    count = data.draw(st.integers(1, len(a) - 1))
    place_of_new = data.draw(st.integers(0, len(a)))
    with folder() as place:

        def picked(rows: Sequence[Pair], number: int) -> list[str]:
            write(place / "a.jsonl", rows)
            write(place / "b.jsonl", [("b", "Yes.")])
            counts = {"x": number, "y": 1}
            return questions(build_it(mixture(place, {"x": ["a"], "y": ["b"]}, counts=counts), place / "out"))

        before, fewer = picked(a, count), picked(a, count - 1)
        for added in (f"unrelated {new}", f"edited {new}"):
            after = picked([*a[:place_of_new], (added, "Yes."), *a[place_of_new:]], count)
            old = [question for question in after if not question.startswith(added[:6])]
            assert old == (before if len(old) == len(after) else fewer)  # the training order of the others is as before


@few
@given(pairs("a", 3, 9), pairs("b", 3, 9), pairs("c", 1, 9), st.sampled_from(["edit", "more", "fewer"]))
def test_an_edit_of_one_source_changes_nothing_of_another(
    build_it: Build, a: list[Pair], b: list[Pair], c: list[Pair], change: str
) -> None:
    changed = {"edit": [("a new", "No."), *a[1:]], "more": [*a, *(("a" + q, r) for q, r in c)], "fewer": a[1:]}[change]
    with folder() as place:
        path = mixture(place, {"x": ["a"], "y": ["b"]}, counts={"x": len(a) - 1, "y": len(b) - 1})
        write(place / "b.jsonl", b)
        found = []
        for rows in (a, changed):
            write(place / "a.jsonl", rows)
            built = build_it(path, place / "out")
            lines = (built.folder / "train.jsonl").read_bytes().split(b"\n")
            index = [(entry["content_id"], entry["epoch"], lines[entry["position"]]) for entry in entries(built)
                     if entry["source"] == "b"]  # fmt: skip
            found.append((index, built.manifest["sources"]["b"], built.manifest["components"]["y"]))
        assert found[0] == found[1]
