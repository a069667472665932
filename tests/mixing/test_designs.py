"""One file that stands for many mixtures: its points, its names, and its faults."""

import json
from collections.abc import Callable
from fractions import Fraction
from math import comb
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from medlong.cli import main
from medlong.errors import ConfigError
from medlong.mixing.build import build, mixture_id
from medlong.mixing.sources import resolve
from medlong.mixing.spec import MixtureFile, expand, load, load_all, schema
from medlong.mixing.spec.designs import lattice, point_name

Writer = Callable[..., Path]
SHIPPED = Path(__file__).parents[2] / "mixtures"
MANY: dict[str, Any] = {"shares": None, "total": None}


def file_with(**changes: object) -> MixtureFile:
    base = {"medlong_mixture": 1, "name": "trial", "components": {n: {"sources": [n]} for n in ("general", "medical")}}
    return MixtureFile.model_validate(base | changes)


@settings(deadline=None)
@given(st.integers(1, 8), st.integers(2, 4))
def test_a_lattice_has_every_point_once_and_each_sums_to_one_exactly(steps: int, width: int) -> None:
    over = [f"{letter}_component" for letter in "abcde"[:width]]
    points = list(lattice(steps, over))
    assert len(points) == comb(steps + width - 1, width - 1)
    assert len({tuple(point.values()) for point in points}) == len(points)
    assert len({point_name(point) for point in points}) == len(points)
    for point in points:
        assert list(point) == over
        assert sum(point.values()) == 1
        assert all(isinstance(share, Fraction) and (share * steps).denominator == 1 for share in point.values())


@settings(deadline=None)
@given(
    st.integers(1, 6),
    st.lists(st.integers(1, 9999), min_size=1, max_size=3, unique=True),
    st.lists(st.integers(0, 99), min_size=1, max_size=3, unique=True),
    st.lists(st.sampled_from(["selection", "training"]), min_size=1, unique=True),
)
def test_names_are_unique_and_the_order_is_the_files(
    steps: int, totals: list[int], seeds: list[int], vary: list[str]
) -> None:
    design = {"lattice": steps, "over": ["medical", "general"], "totals": totals}
    file = file_with(mixtures=[{"design": design}], replicates={"seeds": seeds, "vary": vary})
    made = expand(file)
    names = [mixture.name for mixture in made]
    assert len(set(names)) == len(names) == (steps + 1) * len(totals) * len(seeds)
    assert made == expand(file)
    assert names[: len(seeds)] == [f"m100g0_{totals[0]}_s{seed}" for seed in seeds]
    for mixture in made:
        assert type(mixture).model_validate(mixture.model_dump(mode="json")) == mixture  # names match, shares sum to 1
        seed = int(mixture.name.rpartition("_s")[2])
        assert mixture.seed == (seed if "selection" in vary else seeds[0])
        assert mixture.order_seed() == (seed if "training" in vary else seeds[0])


def test_every_way_to_say_how_much() -> None:
    file = file_with(
        mixtures=[
            {"name": "half", "shares": {"general": 0.5, "medical": 0.5}, "totals": [10, 20]},
            {"name": "few", "shares": {"general": "1/3", "medical": "2/3"}, "total": 9},
            {"name": "counted", "counts": {"general": 3, "medical": 1}},
            {
                "design": {
                    "lattice": 2,
                    "over": ["general", "medical"],
                    "totals": [8],
                    "extra": [{"general": 0.95, "medical": 0.05}, {"general": "1/3", "medical": "2/3"}],
                }
            },
        ]
    )
    assert {mixture.name: mixture.asked()[1] for mixture in expand(file)} == {
        "half_10": 10,
        "half_20": 20,
        "few": 9,
        "counted": 4,
        "g100m0_8": 8,
        "g50m50_8": 8,
        "g0m100_8": 8,
        "g95m5_8": 8,
        "g1of3m2of3_8": 8,
    }
    assert expand(file)[3].asked()[0] == {"general": Fraction(3, 4), "medical": Fraction(1, 4)}


def test_entries_may_take_parts_and_share_the_unit_of_the_file() -> None:
    file = file_with(
        unit="tokens",
        tokenizer={"path": "models/mine"},
        mixtures=[
            {"name": "all", "take": {"general": 1, "medical": "1/3"}},
            {"name": "half", "shares": {"general": 0.5, "medical": 0.5}, "total": 10},
        ],
    )
    made = expand(file)
    assert [mixture.take for mixture in made] == [{"general": 1, "medical": Fraction(1, 3)}, None]
    assert {mixture.unit for mixture in made} == {"tokens"}
    assert [type(mixture).model_validate(mixture.model_dump(mode="json")) for mixture in made] == made
    with pytest.raises(ValueError, match="not known before its data is read"):
        made[0].asked()


def test_a_component_outside_the_design_gets_nothing() -> None:
    components = {name: {"sources": [name]} for name in ("general", "other", "medical")}
    design = {"lattice": 1, "over": ["general", "medical"], "totals": [5], "extra": []}
    first = expand(file_with(components=components, mixtures=[{"design": design}]))[0]
    assert first.asked()[0] == {"general": 1, "other": 0, "medical": 0}


DESIGN = {"lattice": 4, "over": ["general", "medical"], "totals": [8]}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"mixtures": [{"design": DESIGN | {"over": ["general", "medicl"]}}]}, "mixtures[0].design.over: no component"),
        ({"mixtures": [{"design": DESIGN | {"over": ["general"]}}]}, "mixtures[0].design.over: List should have"),
        ({"mixtures": [{"design": DESIGN | {"lattice": 0}}]}, "mixtures[0].design.lattice: Input should be greater"),
        ({"mixtures": [{"design": DESIGN | {"totals": [8, 8]}}]}, "mixtures[0].design.totals: total 8 is there twice"),
        ({"mixtures": [{"design": DESIGN | {"extra": [{"general": 0.4}]}}]}, "extra[0]: shares sum to 0.4, must be 1"),
        (
            {"mixtures": [{"design": DESIGN | {"extra": [{"general": 0.25, "medical": 0.75}]}}]},
            "extra: g25m75 is there already",
        ),
        (
            {"mixtures": [{"design": DESIGN | {"totals": list(range(1, 400))}}]},
            "stands for 1995 mixtures, at most 1000",
        ),
        (
            {"mixtures": [{"name": "x", "shares": {"general": 1}, "total": 4}]},
            "mixtures[0].shares: component 'medical'",
        ),
        ({"mixtures": [{"name": "x", "counts": {"general": 0, "medical": 0}}]}, "mixtures[0].counts: all counts are 0"),
        ({"mixtures": [{"name": "x", "total": 4}]}, "mixtures[0]: give name, shares and total"),
        ({"mixtures": [{"name": "x", "take": {"general": 1}}]}, "mixtures[0].take: component 'medical' has no value"),
        ({"mixtures": [{"name": "x", "take": {"general": 0, "medical": 0}}]}, "mixtures[0].take: all shares are 0"),
        ({"mixtures": [{"design": DESIGN}], "take": {"general": 1, "medical": 1}}, "in each of its items"),
        (
            {"mixtures": [{"name": "x", "counts": {"general": 1, "medical": 0}}] * 2},
            "mixtures: name 'x' is there twice",
        ),
        ({"mixtures": [{"design": DESIGN}], "total": 4}, "with mixtures, say how much in each of its items"),
        ({"mixtures": [{"design": DESIGN}], "seed": 1, "replicates": {"seeds": [0]}}, "give either replicates or seed"),
        ({"mixtures": [{"design": DESIGN}], "replicates": {"seeds": [1, 1]}}, "replicates.seeds: value 1 is there twi"),
        ({"mixtures": [{"design": DESIGN}], "replicates": {"seeds": [1], "vary": ["x"]}}, "replicates.vary[0]: Input"),
    ],
)
def test_a_fault_is_named_with_its_field(write_mixture: Writer, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_all(write_mixture(**MANY | changes))
    assert says in str(caught.value)


def test_initials_that_clash_are_said_so(write_mixture: Writer) -> None:
    components = {"mental": {"sources": ["a"]}, "medical": {"sources": ["b"]}}
    design = {"lattice": 2, "over": ["mental", "medical"], "totals": [4]}
    with pytest.raises(ConfigError, match="'mental' and 'medical' both begin with 'm', so names such as m50m50"):
        load_all(write_mixture(**MANY, components=components, mixtures=[{"design": design}]))


def test_faults_of_several_items_come_at_once_each_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "many.yaml"
    path.write_text(
        "medlong_mixture: 1\nname: many\ncomponents:\n  general: {sources: [a]}\n  medical: {sources: [b]}\nmixtures:\n"
        "  - {name: a, shares: {general: 0.5, medical: 0.4}, total: 4}\n"
        "  - name: b\n    shares: {general: 0.5, medicl: 0.5}\n    total: 0\n"
        "  - {nam: c, counts: {general: 1, medical: 1}}\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_all(path)
    told = str(caught.value)
    assert "many.yaml: 4 problems" in told
    assert "line 7: mixtures[0].shares: shares sum to 0.9, must be 1" in told
    assert "line 9: mixtures[1].shares: no component named 'medicl'; did you mean 'medical'?" in told
    assert "line 10: mixtures[1].total: Input should be greater than 0, got 0" in told
    assert "line 11: mixtures[2].nam: unknown key; did you mean 'name'?" in told


@pytest.mark.usefixtures("two_sources")
def test_one_of_many_is_named_after_a_hash(tmp_path: Path, write_mixture: Writer) -> None:
    halves = [{"name": "half", "shares": {"general": 0.5, "medical": 0.5}, "totals": [10, 20]}]
    path = write_mixture(**MANY, mixtures=halves, replicates={"seeds": [3, 4], "vary": ["training"]})
    with pytest.raises(
        ConfigError, match=r"stands for 4 mixtures; name one, as mix.yaml#half_10_s3. It has half_10_s3"
    ):
        load(path)
    with pytest.raises(ConfigError, match="no mixture named 'half_10_s5'; did you mean 'half_10_s4'"):
        load(path.with_name("mix.yaml#half_10_s5"))
    one, two = (build(path.with_name(f"mix.yaml#half_20_{seed}"), tmp_path / "out") for seed in ("s3", "s4"))
    assert one.manifest["name"] == "half_20_s3"
    assert one.mixture_id != two.mixture_id  # another order of the same rows
    rows = [(built.folder / "train.jsonl").read_text().splitlines() for built in (one, two)]
    assert rows[0] != rows[1]
    assert sorted(rows[0]) == sorted(rows[1])
    alone = write_mixture("alone.yaml", seed=3)
    assert mixture_id(alone) == one.mixture_id


@pytest.mark.usefixtures("two_sources")
def test_the_commands(tmp_path: Path, write_mixture: Writer, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_mixture(**MANY, mixtures=[{"design": DESIGN}])
    (tmp_path / "b.jsonl").rename(tmp_path / "c.jsonl")
    assert main(["mix", "plan", str(path)]) == 0  # reads no data
    printed = capsys.readouterr().out
    assert "5 mixtures" in printed
    assert "6 (0.75)" in printed
    (tmp_path / "c.jsonl").rename(tmp_path / "b.jsonl")
    assert main(["mix", "id", str(path)]) == 0
    ids = dict(line.split() for line in capsys.readouterr().out.splitlines())
    assert list(ids) == ["g100m0_8", "g75m25_8", "g50m50_8", "g25m75_8", "g0m100_8"]
    assert main(["mix", "id", str(path), "--only", "g75m25_8"]) == 0
    assert capsys.readouterr().out.strip() == ids["g75m25_8"]
    out = ["--out", str(tmp_path / "out")]
    assert main(["mix", "build", str(path), *out, "--only", "g75m25_8", "--only", "g50m50_8"]) == 0
    assert {built.name for built in (tmp_path / "out").iterdir()} == {ids["g75m25_8"], ids["g50m50_8"]}
    assert main(["mix", "build", str(path), *out]) == 0
    assert {built.name for built in (tmp_path / "out").iterdir()} == set(ids.values())
    assert main(["mix", "show", f"{path}#g50m50_8", *out]) == 0
    assert ids["g50m50_8"] in capsys.readouterr().out
    assert main(["mix", "build", str(path), *out, "--only", "g51m49_8"]) == 2
    assert "no mixture named 'g51m49_8'; did you mean" in capsys.readouterr().err


@pytest.mark.usefixtures("two_sources")
def test_a_list_of_sources_is_included_with_its_own_paths(tmp_path: Path, write_mixture: Writer) -> None:
    alone = mixture_id(write_mixture())
    declared = yaml.safe_load((tmp_path / "mix.yaml").read_text())["sources"]
    (tmp_path / "data").mkdir()
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).rename(tmp_path / "data" / name)
    (tmp_path / "data" / "mine.yaml").write_text(yaml.safe_dump({"medlong_sources": 1, "sources": declared}))
    assert mixture_id(write_mixture(sources=None, include_sources="data/mine.yaml")) == alone
    with pytest.raises(ConfigError, match=r"line 4: sources.a: data/mine.yaml already declares this id"):
        mixture_id(write_mixture(include_sources="data/mine.yaml", name="trial"))
    with pytest.raises(ConfigError, match=r"none.yaml: no such file"):
        mixture_id(write_mixture(sources=None, include_sources="none.yaml"))


@pytest.mark.usefixtures("two_sources")
def test_a_list_from_elsewhere_takes_the_place_of_the_included_one(tmp_path: Path, write_mixture: Writer) -> None:
    path = write_mixture(sources=None, include_sources="none.yaml")
    declared = {name: {"files": [f"../{name}.jsonl"], "format": "qa", "licence": "MIT"} for name in "ab"}
    listed = tmp_path / "elsewhere" / "mine.yaml"
    listed.parent.mkdir()
    listed.write_text(yaml.safe_dump({"medlong_sources": 1, "sources": declared}))
    found = resolve(load(path), path, listed)
    assert {name: origin.declared for name, origin in found.items()} == {"a": listed, "b": listed}
    assert resolve(load(write_mixture("none.yaml", sources=None)), path, listed) == found
    with pytest.raises(ConfigError, match=r"sources.a: elsewhere/mine.yaml already declares this id"):
        resolve(load(write_mixture("own.yaml")), tmp_path / "own.yaml", listed)
    listed.write_text(yaml.safe_dump({"medlong_sources": 1, "sources": {"a": declared["a"]}}))
    with pytest.raises(ConfigError, match=r"components.medical.sources\[0\]: no source named 'b'"):
        resolve(load(path), path, listed)


@pytest.mark.usefixtures("two_sources")
def test_commands_take_a_list_of_sources(
    tmp_path: Path, write_mixture: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_mixture(sources=None, include_sources="none.yaml")
    declared = {name: {"files": [f"{name}.jsonl"], "format": "qa", "licence": "MIT"} for name in "ab"}
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump({"medlong_sources": 1, "sources": declared}))
    listed, out = ["--sources", str(tmp_path / "mine.yaml")], ["--out", str(tmp_path / "out")]
    for command in (["plan"], ["id"], ["lock"]):
        assert main(["mix", *command, str(path), *listed]) == 0
    assert main(["mix", "show", str(path), *out, *listed]) == 2
    assert f"--out {out[1]} --sources {listed[1]}" in capsys.readouterr().err
    assert main(["mix", "build", str(path), *out, *listed, "--relock"]) == 0
    assert main(["mix", "show", str(path), *out, *listed]) == 0
    assert main(["mix", "build", str(path), *out]) == 2
    assert "none.yaml: no such file" in capsys.readouterr().err
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump({"medlong_sources": 1, "sources": {"b": declared["b"]}}))
    assert main(["mix", "plan", str(path), *listed]) == 2
    assert "no source named 'a'" in capsys.readouterr().err


def test_shipped_designs() -> None:
    ratios = {mixture.name: mixture.asked()[0]["general"] for mixture in load_all(SHIPPED / "paper" / "ratios.yaml")}
    assert ratios == {
        "ratio_9_1": Fraction(9, 10),
        "ratio_4_1": Fraction(4, 5),
        "ratio_1_1": Fraction(1, 2),
        "ratio_1_4": Fraction(1, 5),
        "ratio_1_9": Fraction(1, 10),
    }
    sizes = [mixture.asked()[1] // 1000 for mixture in load_all(SHIPPED / "paper" / "quantities.yaml")]
    assert sizes == [10, 20, 50, 70, 80, 90, 100, 200]
    assert len(load_all(SHIPPED / "design_demo.yaml")) == 30


FILES = sorted(path for path in SHIPPED.rglob("*.yaml") if path.stem != "sources")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shipped_files_obey_the_schema_that_an_editor_is_given(path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    check = jsonschema.Draft202012Validator(schema())
    content = yaml.safe_load(path.read_text())
    assert list(check.iter_errors(content)) == []
    assert list(check.iter_errors(content | {"totl": 3}))
    assert list(check.iter_errors(content | {"components": {"x": {"sources": ["a"], "within": "most"}}}))


def test_the_schema_is_printed_and_describes_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mix", "schema"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == schema()
    assert printed["$schema"].endswith("2020-12/schema")
    for model in (printed, *printed["$defs"].values()):
        assert all(field.get("description") for field in model["properties"].values()), model["title"]
