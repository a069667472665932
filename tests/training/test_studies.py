"""A study is rendered where one asks, every mixture once, with a script that runs all of it."""

import subprocess
from pathlib import Path

import pytest
import yaml

from medlong import catalog
from medlong.cli import main
from medlong.mixing.spec import load_all
from medlong.training import schema

STUDIES = catalog.folder("recipes") / "studies"
TRAININGS = {"paper_ratios": 20, "paper_quantities": 8, "shares_and_seeds": 90}


@pytest.fixture
def rendered(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(STUDIES.parent.parent)
    out = tmp_path / "out"
    assert main(["recipe", "render", f"recipes/studies/{request.param}.yaml", "--out", str(out)]) == 0
    return out


@pytest.mark.parametrize(("rendered", "count"), TRAININGS.items(), indirect=["rendered"])
def test_every_training_is_written_once_and_run_by_the_script(rendered: Path, count: int):
    recipes = {path: yaml.safe_load(path.read_text(encoding="utf-8")) for path in rendered.glob("*.yaml")}
    assert len(recipes) == count
    assert len({(recipe["base_model"], recipe["medlong_mixture"]) for recipe in recipes.values()}) == count
    script = (rendered / "run.sh").read_text(encoding="utf-8")
    for path, recipe in recipes.items():
        for command in (f"axolotl train {path}", f"axolotl merge-lora {path}", f"{recipe['output_dir']}/merged"):
            assert command in script
        assert f"revision={recipe['revision_of_model']}" in script
        (mixture,) = load_all(Path(recipe["medlong_mixture"]))
        assert recipe["seed"] == 42 + mixture.order_seed()
    subprocess.run(["sh", "-n", str(rendered / "run.sh")], check=True)


@pytest.mark.parametrize("rendered", TRAININGS, indirect=True)
def test_axolotl_takes_the_recipes_of_a_study(rendered: Path):
    pytest.importorskip("axolotl")
    schema.need_axolotl()
    for path in sorted(rendered.glob("*.yaml"))[:2]:
        assert schema.faults(yaml.safe_load(path.read_text(encoding="utf-8"))) == []


def test_seeds_of_a_study_are_trainings_of_their_own(place: Path, capsys: pytest.CaptureFixture[str]):
    text = "medlong_study: 1\nabout: Tiny.\ngrids:\n  - {models: [qwen3_0.6b], methods: [full], lengths: [2048], "
    Path("mine.yaml").write_text(text + "mixtures: [mixtures/tiny.yaml], seeds: [1, 2]}\n", encoding="utf-8")
    assert main(["recipe", "render", "mine.yaml"]) == 2
    assert "say where its recipes go: --out DIR" in capsys.readouterr().err
    assert main(["recipe", "render", "mine.yaml", "--out", "out"]) == 0
    names = sorted(path.name for path in Path("out").iterdir())
    assert names == ["qwen3_0.6b_full_2k_tiny_seed1.yaml", "qwen3_0.6b_full_2k_tiny_seed2.yaml", "run.sh"]
    assert "merge-lora" not in Path("out/run.sh").read_text(encoding="utf-8")
    recipe = yaml.safe_load(Path("out", names[1]).read_text(encoding="utf-8"))
    assert (recipe["seed"], recipe["medlong_mixture"]) == (2, "mixtures/tiny.yaml")


@pytest.mark.parametrize("arguments", [["--out", "out"], ["--out", "out", "--check", "mine.yaml"]])
def test_a_place_is_for_one_study(place: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(["recipe", "render", *arguments]) == 2
    assert "--out is for one study" in capsys.readouterr().err
