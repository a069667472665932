from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from medlong import catalog
from medlong.cli import main
from medlong.config import load_yaml
from medlong.errors import ConfigError
from medlong.mixing.build import mixture_id
from medlong.mixing.sources import shipped
from medlong.mixing.spec import SourceList, exact_share, load, load_all, share_text

BASE = """\
# A trial.
medlong_mixture: 1
name: trial
components:
  general: {sources: [general_embedded]}
  medical: {sources: [medical_embedded]}
shares: {general: 0.5, medical: 0.5}
total: 400
"""
AMOUNT = "shares: {general: 0.5, medical: 0.5}\ntotal: 400"


@pytest.mark.parametrize(
    ("typed", "share"),
    [
        (0.29, Fraction(29, 100)),
        ("0.29", Fraction(29, 100)),
        ("1/3", Fraction(1, 3)),
        (1, Fraction(1)),
        (0, Fraction(0)),
        (1e-05, Fraction(1, 100000)),
    ],
)
def test_shares_are_read_exactly(typed: object, share: Fraction) -> None:
    assert exact_share(typed) == share
    assert exact_share(0.29) * 100 == 29
    assert int(0.29 * 100) == 28


@pytest.mark.parametrize("typed", [1.5, -0.1, "half", "1/0", True, None, float("nan"), float("inf"), [0.5], "50%"])
def test_anything_else_is_no_share(typed: object) -> None:
    with pytest.raises(ValueError, match="must be a share from 0 to 1"):
        exact_share(typed)


def test_share_text() -> None:
    assert [share_text(Fraction(text)) for text in ("0.99", "1", "1/3", "0.125")] == ["0.99", "1", "1/3", "0.125"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("general: 0.5,", "general: 0.49,", "line 7: shares: shares sum to 0.99, must be 1"),
        ("general: 0.5,", "general: 1/3,", "line 7: shares: shares sum to 5/6, must be 1"),
        ("general: 0.5,", "general: half,", "line 7: shares.general: must be a share from 0 to 1, such as 0.25"),
        ("shares:", "sharse:", "line 7: sharse: unknown key; did you mean 'shares'?"),
        ("{sources: [general_embedded]}", "{source: [general_embedded]}", "line 5: components.general.source: unknown"),
        ("{general: 0.5, m", "{generl: 0.5, m", "line 7: shares: no component named 'generl'; did you mean 'general'?"),
        ("{general: 0.5, medical: 0.5}", "{general: 1}", "shares: component 'medical' has no value here"),
        ("total: 400", "total: 0", "line 8: total: Input should be greater than 0, got 0"),
        ("total: 400", "total: -4", "line 8: total: Input should be greater than 0, got -4"),
        ("total: 400", "total: 4.5", "line 8: total: Input should be a valid integer"),
        ("total: 400", "total: yes", "line 8: total: Input should be a valid integer"),
        ("total: 400", "seed: 1", "say how much with shares and total, with counts alone, or with take alone"),
        ("total: 400", "counts: {general: 1, medical: 1}", "say how much with shares and total"),
        ("shares: {general: 0.5, medical: 0.5}\ntotal: 400", "counts: {general: 0, medical: 0}", "all counts are 0"),
        ("total: 400", "total: 400\nshortage: shrunk", "line 9: shortage: must be error, shrink, or {repeat_up_to: 2}"),
        ("total: 400", "total: 400\nshortage: {repeat_up_to: 0}", "line 9: shortage.repeat_up_to: Input should be"),
        ("[medical_embedded]", "[general_embedded]", "source 'general_embedded' is used twice, by 'general' and 'med"),
        ("total: 400", "total: 400\nshortage: {shrink: true}", "line 9: shortage: must be error, shrink, or"),
        ("total: 400", "total: 400\ntake: {general: 1, medical: 1}", "say how much with shares and total"),
        (AMOUNT, "take: {general: 1}", "line 7: take: component 'medical' has no value here"),
        (AMOUNT, "take: {general: 1.5, medical: 1}", "line 7: take.general: must be a share from 0 to 1"),
        (AMOUNT, "take: {general: 0, medical: 0}", "line 7: take: all shares are 0; the mixture would be empty"),
        ("total: 400", "total: 400\nunit: rows", "line 9: unit: Input should be 'examples', 'tokens' or 'trainable_"),
        (
            "total: 400",
            "total: 400\nunit: tokens",
            "line 9: unit: tokens are counted with a tokenizer; add tokenizer: {path: ...}",
        ),
        ("total: 400", "total: 400\ndedup: {key: pair}", "line 9: dedup.key: Input should be 'content' or 'norm"),
        (
            "total: 400",
            "total: 400\ndedup: {priority: [medcal]}",
            "line 9: dedup.priority: no component named 'medcal'; did you mean 'medical'?",
        ),
        (
            "total: 400",
            "total: 400\ndedup: {priority: [general, general]}",
            "line 9: dedup.priority: component 'general' is there twice",
        ),
        ("total: 400", "total: 400\ndedup: {same_prompt: keep}", "line 9: dedup.same_prompt: Input should be 'rep"),
        ("mixture: 1", "mixture: 2", "line 2: medlong_mixture: Input should be 1, got 2"),
        ("name: trial", "name: My Trial", "line 3: name: String should match"),
        ("[general_embedded]}", "[general_embedded], within: most}", "within: must be proportional, equal, or a share"),
        ("[general_embedded]}", "[general_embedded], within: {x: 1}}", "no source named 'x'"),
    ],
)
def test_a_fault_is_named_with_its_line_and_field(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "bad.yaml"
    assert old in BASE
    path.write_text(BASE.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_faulty_tokenizer_is_one_fault(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(BASE + "unit: tokens\ntokenizer: {pth: here}\n")
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert "unit:" not in str(caught.value)


@pytest.mark.parametrize("shortage", ["error", "shrink", {"repeat_up_to": 3}])
def test_a_shortage_is_kept_as_it_was_typed(write_mixture: Callable[..., Path], shortage: object) -> None:
    assert load(write_mixture(shortage=shortage)).model_dump(mode="json")["shortage"] == shortage


def test_the_ranking_of_sources(write_mixture: Callable[..., Path]) -> None:
    components = {name: {"sources": sources} for name, sources in (("x", ["b", "a"]), ("y", ["c"]), ("z", ["d", "e"]))}
    path = write_mixture(components=components, shares={"x": 1, "y": 0, "z": 0})
    assert load(path).ranking() == ["b", "a", "c", "d", "e"]
    path = write_mixture(components=components, shares={"x": 1, "y": 0, "z": 0}, dedup={"priority": ["z", "y"]})
    assert load(path).ranking() == ["d", "e", "c", "b", "a"]


def test_the_plan_of_what_is_not_known_yet(
    write_mixture: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mix", "plan", str(write_mixture(shares=None, total=None, take={"general": 0.5, "medical": 1}))]) == 0
    printed = capsys.readouterr().out
    assert "take 0.5" in printed
    assert "take 1" in printed
    tokens = {"unit": "trainable_tokens", "tokenizer": {"path": "none"}, "total": 20_000}
    assert main(["mix", "plan", str(write_mixture(**tokens, shortage="shrink"))]) == 0
    printed = capsys.readouterr().out
    assert "total (trainable tokens)" in printed
    assert "up to 20,000" in printed
    assert "10,000 (0.5)" in printed


def test_every_fault_is_reported_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(BASE.replace("total: 400", "total: 0\ntotl: 3").replace("name: trial", "name: 7"))
    with pytest.raises(ConfigError, match="3 problems"):
        load(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "alpacca"}, "format"),
        ({"map": {"questoin": "q"}}, "no field of format 'qa' named 'questoin'; did you mean 'question'?"),
        ({"embedded": "medlong.mixing.embedded.general"}, "exactly one"),
        ({"files": []}, "files"),
        ({"licence": ""}, "licence"),
    ],
)
def test_faults_of_a_source(write_mixture: Callable[..., Path], change: dict[str, object], message: str) -> None:
    source = {"files": ["a.jsonl"], "format": "qa", "licence": "MIT"} | change
    path = write_mixture(sources={"a": source}, components={"x": {"sources": ["a"]}}, shares={"x": 1})
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert message in str(caught.value)


def test_unknown_sources_are_all_named_with_the_nearest(write_mixture: Callable[..., Path]) -> None:
    path = write_mixture(components={"general": {"sources": ["general_embeded"]}, "medical": {"sources": ["zzz"]}})
    with pytest.raises(ConfigError) as caught:
        mixture_id(path)
    near, none = str(caught.value).splitlines()[1:]
    assert "line 17: components.general.sources[0]: no source named 'general_embeded'; did you mean 'general_" in near
    assert "line 20: components.medical.sources[0]: no source named 'zzz'. Known: a, b, general_embedded" in none


def test_a_shipped_source_is_not_declared_again(write_mixture: Callable[..., Path]) -> None:
    again = {"files": ["a.jsonl"], "format": "qa", "licence": "MIT"}
    path = write_mixture(sources={"general_embedded": again, "a": again, "b": again})
    with pytest.raises(ConfigError, match=r"sources.general_embedded: mixtures/sources.yaml already declares this id"):
        mixture_id(path)


def test_an_unknown_source_in_a_merged_mapping_has_a_line(tmp_path: Path) -> None:
    path = tmp_path / "mix.yaml"
    path.write_text(BASE.replace("general: {sources: [general_embedded]}", "general: {<<: {sources: [nothing]}}"))
    with pytest.raises(ConfigError, match=r"line 5: components.general.sources\[0\]: no source named 'nothing'"):
        mixture_id(path)


def test_an_embedded_module_comes_from_medlong_alone(write_mixture: Callable[..., Path]) -> None:
    for module in ("os", "medlong.mixing.embedded.nothing", "medlong.mixing.embedded.row"):
        path = write_mixture(
            sources={"x": {"embedded": module, "licence": "MIT"}}, components={"x": {"sources": ["x"]}}, shares={"x": 1}
        )
        with pytest.raises(ConfigError, match=r"mix.yaml: source 'x': .*embedded"):
            mixture_id(path)


def test_shipped_declarations() -> None:
    assert {"general_embedded", "medical_embedded"} <= shipped().keys()
    assert all(origin.source.about for origin in shipped().values())
    names = []
    for path in catalog.yaml_files("mixtures"):
        assert path.read_text().startswith("# ")
        if path.stem == "sources":
            load_yaml(path, SourceList)
        else:
            found = load_all(path)
            names += [mixture.name for mixture in found]
            assert len(found) > 1 or names[-1] == path.stem
    assert len(set(names)) == len(names)
    half, medical = (load(catalog.folder("mixtures") / f"{name}.yaml") for name in ("half_general", "medical_only"))
    assert half.total == medical.total == 400
    assert half.asked()[0] == {"general": Fraction(1, 2), "medical": Fraction(1, 2)}


def test_readme_names_every_file_and_its_example_is_valid(tmp_path: Path) -> None:
    text = (catalog.folder("mixtures") / "README.md").read_text()
    assert all(path.name in text for path in catalog.yaml_files("mixtures"))
    path = tmp_path / "mine.yaml"
    path.write_text(text.split("```yaml\n")[1].split("```")[0])
    assert load(path).shortage.repeat_up_to == 2
    many = tmp_path / "many.yaml"
    single = path.read_text().split("shares:")[0].replace("seed: 0", "# seed: 0")
    blocks = [block.split("```")[0] for block in text.split("```yaml\n")[1:]]
    many.write_text(single + next(block for block in blocks if block.startswith("mixtures:")))
    assert len(load_all(many)) == 30
    rules = tmp_path / "rules.yaml"
    rules.write_text(path.read_text() + next(block for block in blocks if block.startswith("tokenizer:")))
    assert load(rules).ranking() == ["clinic", "medical_embedded", "general_embedded"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (BASE.replace("0.5,", "0.49,"), "shares sum to 0.99, must be 1"),
        (BASE.replace("total", "totl"), "did you mean 'total'?"),
        (BASE.replace("400", "99999"), "have 4"),
        ("- a list", "expected a mapping"),
        ("a: [", "not valid YAML"),
        (yaml.safe_dump({}), "required, but not there"),
    ],
)
def test_the_command_says_it_in_one_message_and_exits_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, says: str
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    assert main(["mix", "build", str(path), "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("medlong: error: ")
    assert says in error
    assert "Traceback" not in error
    assert not (tmp_path / "out").exists()


def test_missing_files_exit_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bare.json").write_text('{"medlong_manifest": 1}')
    for arguments, says in (
        (["build", str(tmp_path / "none.yaml")], "no such file"),
        (["id", "half_generl"], "did you mean 'half_general'?"),
        (["show", str(tmp_path)], "no such file"),
        (["show", str(tmp_path / "bare.json")], "bare.json: not a whole manifest: mixture_id: required, but not there"),
        (["show", "half_general", "--out", str(tmp_path)], "medlong mix build half_general"),
    ):
        assert main(["mix", *arguments]) == 2
        assert says in capsys.readouterr().err
