"""A study is rendered where one asks, every mixture once, with a script that runs all of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from medlong import catalog
from medlong.cli import main
from medlong.mixing.spec import load_all
from medlong.training import schema
from tests.training.conftest import not_kept

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


def _recipes(folder: Path) -> dict[str, dict]:
    return {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml"))}


@pytest.mark.slow
@pytest.mark.parametrize("rendered", [*TRAININGS, "cures"], indirect=True)
def test_axolotl_takes_each_kind_of_recipe_of_a_study_and_keeps_its_keys(rendered: Path):
    pytest.importorskip("axolotl")
    schema.need_axolotl()
    alike = {"medlong_mixture", "seed", "output_dir", "dataset_prepared_path"}  # another value takes no other check
    kinds = {
        json.dumps({key: value for key, value in recipe.items() if key not in alike}): (name, recipe)
        for name, recipe in _recipes(rendered).items()
    }
    found = {name: (schema.faults(recipe), not_kept(recipe)) for name, recipe in kinds.values()}
    assert {name: wrong for name, wrong in found.items() if wrong != ([], {})} == {}


@pytest.mark.parametrize("rendered", ["cures"], indirect=True)
def test_a_cure_differs_from_the_disease_in_itself_alone(rendered: Path):
    recipes = _recipes(rendered)
    own = {"output_dir", "dataset_prepared_path"}
    for start, rate in (("smollm2_135m_lora_4k_", 0.001), ("qwen3_0.6b_lora_4k_", 0.0002)):
        disease = recipes[f"{start}medical_s1"]
        assert (disease["learning_rate"], disease["lora_r"], disease["seed"]) == (rate, 16, 43)
        assert disease["base_model"] == f"models/{start.removesuffix('_lora_4k_')}"
        differences = {
            name.removeprefix(start): {key: value for key, value in recipe.items() if value != disease[key]}
            for name, recipe in recipes.items()
            if name.startswith(start) and "_s1" in name
        }
        found = {name: {k: v for k, v in keys.items() if k not in own} for name, keys in differences.items()}
        mixture = "recipes/studies/_cures.yaml#"
        assert found == {
            "medical_s1": {},
            "medical_s1_r8": {"lora_r": 8, "lora_alpha": 16},
            "medical_s1_r32": {"lora_r": 32, "lora_alpha": 64},
            "medical_s1_r64": {"lora_r": 64, "lora_alpha": 128},
            "medical_s1_tenth": {"learning_rate": pytest.approx(rate / 10)},
            "replay10_s1": {"medlong_mixture": f"{mixture}replay10_s1"},
            "replay50_s1": {"medlong_mixture": f"{mixture}replay50_s1"},
            "long20_s1": {"medlong_mixture": f"{mixture}long20_s1"},
        }


@pytest.mark.slow
def test_cures_have_the_medical_rows_of_the_disease(tmp_path: Path):
    from medlong.mixing.build import build_all

    names = ("medical_s1", "replay10_s1", "replay50_s1", "long20_s1")
    found = []
    for built in build_all([Path(f"{STUDIES}/_cures.yaml#{name}") for name in names], tmp_path):
        lines = (built.folder / "index.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        found.append({row["content_id"] for row in rows if row["component"] == "medical"})
    assert len(found[0]) == 360
    assert all(rows == found[0] for rows in found)


STUB = """#!{python}
import pathlib, sys
command = [pathlib.Path(sys.argv[0]).name, *sys.argv[1:]]
with open("log", "a") as log:
    print(*command, file=log)
if pathlib.Path("broken").exists() and command[1] == pathlib.Path("broken").read_text():
    sys.exit(1)
after = dict(zip(command, command[1:]))
place = after.get("--output_path") or after.get("--out") or after.get("--local-dir")
if command[:2] == ["medlong", "model"]:
    place = command[3]
if command[:2] == ["axolotl", "train"]:
    place = "runs/cures/" + pathlib.Path(command[2]).stem
    pathlib.Path(place).mkdir(parents=True)
    pathlib.Path(place, "medlong_run.json").touch()
elif place:
    pathlib.Path(place).mkdir(parents=True)
"""


@pytest.mark.parametrize("rendered", ["cures"], indirect=True)
def test_a_study_does_everything_once_and_goes_on_where_it_failed(
    rendered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("axolotl", "medlong", "hf"):
        file = tmp_path / "bin" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(STUB.format(python=sys.executable), encoding="utf-8")
        file.chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "bin"), os.environ["PATH"]]))
    monkeypatch.chdir(tmp_path)

    def run(broken: str = "") -> tuple[int, list[str]]:
        Path("log").write_text("", encoding="utf-8")
        Path("broken").write_text(broken, encoding="utf-8")
        code = subprocess.run(["sh", str(rendered / "run.sh")], check=False).returncode
        return code, Path("log").read_text(encoding="utf-8").splitlines()

    assert run("download")[0] == 1
    assert not Path("models/qwen3_0.6b").exists()
    code, log = run("merge-lora")
    assert (code, log[-1].split()[:2]) == (1, ["axolotl", "merge-lora"])
    code, log = run()
    assert code == 0
    kinds = [" ".join(line.split()[:2]) for line in log]
    counts = {kind: kinds.count(kind) for kind in set(kinds)}
    assert counts == {
        "axolotl train": 47,  # the first was done before its merge failed
        "axolotl merge-lora": 48,
        "medlong soup": 18,
        "medlong eval": 66,
        "medlong compare": 1,
    }
    assert run() == (0, ["medlong compare runs/cures --markdown runs/cures/comparison.md"])


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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("set: {lora_rank: 8}", "no key in its groups named 'lora_rank'; did you mean 'lora_r"),
        ("soups: [1.5]", "less than 1"),
        ("mixtures: ['mixtures/tiny.yaml#other*']", "no mixture of the file fits; it has tiny"),
    ],
)
def test_a_fault_in_a_study_is_named(place: Path, change: str, message: str, capsys: pytest.CaptureFixture[str]):
    grid = {"models": ["qwen3_0.6b"], "methods": ["lora"], "lengths": [2048], "mixtures": ["mixtures/tiny.yaml"]}
    study = {"medlong_study": 1, "about": "Tiny.", "grids": [grid | yaml.safe_load(change)]}
    Path("mine.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    assert main(["recipe", "render", "mine.yaml", "--out", "out"]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--out", "out"], ["--out", "out", "--check", "mine.yaml"]])
def test_a_place_is_for_one_study(place: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(["recipe", "render", *arguments]) == 2
    assert "--out is for one study" in capsys.readouterr().err
