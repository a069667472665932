"""Recipes are what their source declares, and drift is found."""

from pathlib import Path

import pytest
import yaml

from medlong.cli import main
from medlong.errors import ConfigError
from medlong.training import render

SOURCE = """\
medlong_recipes: 1
header: |
  {about}, run with recipes/{name}.yaml on {mixture}.
sections:
  - note: Data.
    keys:
      medlong_mixture: "{mixture}"
      datasets: [{path: "build/{mixture_id}/train.jsonl", type: chat_template}]
  - note: Steps.
    keys: {seed: 42, learning_rate: 0.0005, save_strategy: "no"}
variants:
  one: {about: The first, mixture: mixtures/tiny.yaml}
  two: {about: The second, mixture: mixtures/tiny.yaml, set: {learning_rate: 0.0001}}
"""


@pytest.fixture
def source(place: Path) -> Path:
    path = place / "recipes/_source.yaml"
    path.parent.mkdir()
    path.write_text(SOURCE, encoding="utf-8")
    return path


def test_every_variant_is_written_out_in_full(source: Path, tiny_id: str):
    assert [path.name for path in render.write(source)] == ["one.yaml", "two.yaml"]
    text = source.with_name("two.yaml").read_text(encoding="utf-8")
    assert text.startswith("# The second, run with recipes/two.yaml on mixtures/tiny.yaml.\n# Rendered from")
    assert yaml.safe_load(text) == {
        "medlong_mixture": "mixtures/tiny.yaml",
        "datasets": [{"path": f"build/{tiny_id}/train.jsonl", "type": "chat_template"}],
        "seed": 42,
        "learning_rate": 0.0001,
        "save_strategy": "no",
    }
    assert render.stale(source) == []
    assert render.write(source) == []


def test_an_edited_recipe_is_stale_at_its_line(source: Path):
    render.write(source)
    recipe = source.with_name("one.yaml")
    recipe.write_text(recipe.read_text(encoding="utf-8").replace("seed: 42", "seed: 43"), encoding="utf-8")
    (line,) = render.stale(source)
    assert "one.yaml: line 11: is 'seed: 43', should be 'seed: 42'" in line


def test_an_edited_mixture_makes_its_recipes_stale(source: Path, place: Path, capsys: pytest.CaptureFixture[str]):
    render.write(source)
    mixture = place / "mixtures/tiny.yaml"
    mixture.write_text(mixture.read_text(encoding="utf-8").replace("total: 24", "total: 20"), encoding="utf-8")
    assert main(["recipe", "render", "--check", str(source)]) == 2
    assert "2 stale; run: medlong recipe render" in capsys.readouterr().err
    assert main(["recipe", "render", str(source)]) == 0
    assert main(["recipe", "render", "--check", str(source)]) == 0


def test_a_missing_recipe_and_one_no_longer_declared_are_told(source: Path):
    render.write(source)
    source.with_name("one.yaml").rename(source.with_name("former.yaml"))
    source.with_name("by_hand.yaml").write_text("seed: 1\n", encoding="utf-8")
    missing, former = render.stale(source)
    assert missing.endswith("one.yaml: not there")
    assert former.endswith("former.yaml: no longer declared; delete it")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "set: {learning_rate",
            "set: {learning_rat",
            r"no key in the sections named 'learning_rat'; did",
        ),
        ("{mixture_id}", "{mixture_i}", "no placeholder named 'mixture_i'; did you mean 'mixture_id'"),
        ("{seed: 42", "{medlong_mixture: x, seed: 42", "key 'medlong_mixture' is in two sections"),
        ("  one: {about", "  _source: {about", "variant '_source': must begin with a letter or digit"),
        ("  one: {about", "  ../one: {about", "variant '../one': must begin"),
        ("note: Data.", "not: Data.", "did you mean 'note'"),
    ],
)
def test_a_fault_in_the_source_is_named(source: Path, old: str, new: str, message: str):
    source.write_text(SOURCE.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        render.rendered(source)
