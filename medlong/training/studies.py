"""Studies: the same training on many mixtures, rendered where one asks for it, with one script that runs it all."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field

from medlong.atomic import write_text
from medlong.config import Strict, load_mapping, load_yaml
from medlong.errors import ConfigError
from medlong.training import families
from medlong.training.families import Grid, Recipe
from medlong.training.recipe import mixture_file
from medlong.training.shared import Model, Parts, parts

FIRST_SEED = 42
"""The training seed of a mixture whose rows have order seed 0; that of seed 1 has the next."""


class Study(Strict):
    """Trainings that are to be compared."""

    medlong_study: Literal[1]
    about: str = Field(min_length=1)
    """Top of the script that runs it."""

    grids: list[Grid] = Field(min_length=1)
    """A mixture file of many stands for all of them; with one seed, the seed follows that of the mixture."""


def is_study(path: Path) -> bool:
    """Return whether the file at `path` is a study.

    Raises:
        ConfigError: If it cannot be read.
    """
    return "medlong_study" in load_mapping(path)


def write(path: Path, out: Path) -> list[Path]:
    """Write the recipes of the study at `path`, and run.sh, into the folder `out`; return the files.

    Raises:
        ConfigError: If the study or a mixture of it is not what it should be, or a recipe is too long for its model.
    """
    study = load_yaml(path, Study)
    known = parts()
    mark = f"# Rendered from {path} by `medlong recipe render`: change it there."
    found = {recipe.name: (recipe, grid, model) for recipe, grid, model in _recipes(study, path, out, known, mark)}
    texts = {out / f"{name}.yaml": recipe.text for name, (recipe, _, _) in found.items()}
    texts[out / "run.sh"] = _script(study, path, out, list(found.values()), known)
    for file, text in texts.items():
        write_text(file, text)
    return list(texts)


def _recipes(study: Study, path: Path, out: Path, known: Parts, mark: str) -> Iterator[tuple[Recipe, Grid, str]]:
    names: set[str] = set()
    for grid in study.grids:
        for key, method, length, typed, seed in families.cells(grid, path, known):
            for mixture, mixture_name, order_seed in _mixtures(typed):
                name = f"{key}_{method}_{length // 1024}k_{mixture_name}"
                name += f"_seed{seed}" if len(grid.seeds) > 1 else ""
                if name in names:
                    raise ConfigError(f"{path}: two recipes are named {name}; take one away")
                names.add(name)
                chosen = seed if "seeds" in grid.model_fields_set else FIRST_SEED + order_seed
                places = (name, f"{path.stem}/{name}", f"{out}/{name}.yaml")
                yield families.made(known, grid, key, method, length, mixture, chosen, places, mark), grid, key


def _mixtures(typed: str) -> Iterator[tuple[str, str, int]]:
    """How each mixture at `typed` is named in a recipe, its own name, and the seed of its rows' order."""
    from medlong.mixing.spec import load_all

    found = load_all(mixture_file(typed))
    for mixture in found:
        yield typed if len(found) == 1 else f"{typed}#{mixture.name}", mixture.name, mixture.order_seed()


def _script(study: Study, path: Path, out: Path, found: list[tuple[Recipe, Grid, str]], known: Parts) -> str:
    lines = ["#!/bin/sh", f"# {study.about}"]
    lines += [f"# Rendered from {path}. From the repository root: sh {out}/run.sh", "# What is done is skipped."]
    lines += ["set -eu", "export AXOLOTL_DO_NOT_TRACK=1", "", "# The models as they are, to compare with."]
    lengths = sorted({(key, int(recipe.keys["sequence_len"])) for recipe, _, key in found})
    for key, length in lengths:
        lines.append(_exam(f"{path.stem}/{key}_{length // 1024}k", _hub(known.models[key]), length))
    for number, (recipe, grid, _) in enumerate(found, 1):
        run = f"runs/{recipe.run}"
        adapter = "adapter" in recipe.keys
        merged = f"{run}/merged" if adapter else run
        lines += [
            "",
            f"# {number} of {len(found)}",
            f"[ -f {run}/medlong_run.json ] || {families.train(grid, recipe.path)}",
        ]
        lines += [f"[ -d {merged} ] || axolotl merge-lora {recipe.path}"] if adapter else []
        lines.append(_exam(recipe.run, f"pretrained={merged}", int(recipe.keys["sequence_len"])))
    lines += ["", f"medlong compare runs/{path.stem} --markdown runs/{path.stem}/comparison.md"]
    return "\n".join(lines) + "\n"


def _hub(model: Model) -> str:
    return f"pretrained={model.hub}" + (f",revision={model.revision}" if model.revision else "")


def _exam(run: str, arguments: str, length: int) -> str:
    tasks = f"medlong_openbook_{length // 1024:03d}k,medlong_openbook_controls"
    command = f"medlong eval --model medlong-hf --model_args {arguments} --apply_chat_template --tasks {tasks}"
    return f"[ -d runs/{run}/exam ] || {command} --output_path runs/{run}/exam --log_samples"
