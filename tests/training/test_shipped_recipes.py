"""Every shipped recipe is current, and Axolotl takes all of it."""

from functools import cache
from pathlib import Path

import pytest
import yaml

from medlong import catalog
from medlong.training import check, data, render, schema
from tests.training.conftest import not_kept

RECIPES = render.recipes()
KINDS = list({frozenset(yaml.safe_load(path.read_text(encoding="utf-8"))): path for path in RECIPES}.values())
"""One recipe of each set of keys."""

ROOT = catalog.folder("recipes").parent


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.fixture(autouse=True)
def _in_the_repository(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)


@pytest.mark.slow
def test_no_recipe_has_a_problem(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("axolotl")
    monkeypatch.setattr(data, "current_id", cache(data.current_id))
    found = {_name(path): check.problems(path) for path in RECIPES}
    assert len(found) > 100
    assert {name: problems for name, problems in found.items() if problems} == {}


@pytest.mark.parametrize("path", KINDS, ids=_name)
def test_axolotl_keeps_every_key_and_value(path: Path):
    pytest.importorskip("axolotl")
    schema.need_axolotl()
    assert not_kept(yaml.safe_load(path.read_text(encoding="utf-8"))) == {}


@pytest.mark.slow
def test_axolotl_keeps_every_key_and_value_of_all_recipes():
    pytest.importorskip("axolotl")
    schema.need_axolotl()
    found = {_name(path): not_kept(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in RECIPES}
    assert {name: other for name, other in found.items() if other} == {}


@pytest.mark.parametrize("path", RECIPES, ids=_name)
def test_a_recipe_says_what_it_is_and_how_to_run_it(path: Path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# ")
    for command in ("medlong mix build", f"axolotl train recipes/{_name(path)}.yaml", "medlong eval", "Needs:"):
        assert command in text
    recipe = yaml.safe_load(text)
    assert recipe["output_dir"] in text.partition("base_model:")[0]


def test_no_two_recipes_write_to_one_folder():
    folders = [yaml.safe_load(path.read_text(encoding="utf-8"))["output_dir"] for path in RECIPES]
    assert len(set(folders)) == len(folders)
