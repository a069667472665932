"""Studies: the same training on many mixtures, rendered where one asks for it, with one script that runs it all."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

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


class StudyGrid(Grid):
    """Trainings of a study; `#medical_*` behind a mixture file picks those of its mixtures whose names fit."""

    soups: list[Annotated[float, Field(gt=0, lt=1)]] = Field(default_factory=list)
    """Each trained model is averaged with its base too, once with each of these as its own weight."""


class Exam(Strict):
    """What every model of a study is asked."""

    tasks: list[str] = Field(min_length=1)
    items: int | None = Field(default=None, ge=1)
    """Of each arm; all of the bank if left out."""


class Study(Strict):
    """Trainings that are to be compared."""

    medlong_study: Literal[1]
    about: str = Field(min_length=1)
    """Top of the script that runs it."""

    exam: Exam | None = None
    """Without one, the length of the training and the controls."""

    grids: list[StudyGrid] = Field(min_length=1)
    """A mixture file of many stands for all of them; with one seed, the seed follows that of the mixture."""


class Training(NamedTuple):
    """One training of a study."""

    recipe: Recipe
    grid: StudyGrid
    model: str
    """Its key among the shared declarations."""


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
    known = _on_disk(study, parts())
    mark = f"# Rendered from {path} by `medlong recipe render`: change it there."
    found = list(_trainings(study, path, out, known, mark))
    texts = {out / f"{training.recipe.name}.yaml": training.recipe.text for training in found}
    texts[out / "run.sh"] = _script(study, path, out, found, known)
    for file, text in texts.items():
        write_text(file, text)
    return list(texts)


def _on_disk(study: Study, known: Parts) -> Parts:
    """The models of soups as folders, since a soup is made from files, and its base is then that of the training."""
    wanted = {key for grid in study.grids if grid.soups for key in grid.models}
    models = {
        key: model.model_copy(update={"folder": f"models/{key}"}) if key in wanted else model
        for key, model in known.models.items()
    }
    return known._replace(models=models)


def _trainings(study: Study, path: Path, out: Path, known: Parts, mark: str) -> Iterator[Training]:
    names: set[str] = set()
    for grid in study.grids:
        for key, method, length, typed, seed in families.cells(grid, path, known):
            for mixture, mixture_name, order_seed in _mixtures(typed):
                name = f"{key}_{method}_{length // 1024}k_{mixture_name}"
                name += f"_seed{seed}" if len(grid.seeds) > 1 else ""
                name += f"_{grid.tag}" if grid.tag else ""
                if name in names:
                    raise ConfigError(f"{path}: two recipes are named {name}; take one away, or give one a tag")
                names.add(name)
                chosen = seed if "seeds" in grid.model_fields_set else FIRST_SEED + order_seed
                places = (name, f"{path.stem}/{name}", f"{out}/{name}.yaml")
                recipe = families.made(known, grid, key, method, length, mixture, chosen, places, mark)
                yield Training(recipe, grid, key)


def _mixtures(typed: str) -> Iterator[tuple[str, str, int]]:
    """How each mixture at `typed` is named in a recipe, its own name, and the seed of its rows' order."""
    from medlong.mixing.spec import load_all

    file, _, pattern = typed.partition("#")
    found = load_all(mixture_file(file))
    fitting = [mixture for mixture in found if fnmatchcase(mixture.name, pattern or "*")]
    if not fitting:
        raise ConfigError(f"{typed}: no mixture of the file fits; it has {', '.join(each.name for each in found)}")
    for mixture in fitting:
        yield file if len(found) == 1 else f"{file}#{mixture.name}", mixture.name, mixture.order_seed()


def _script(study: Study, path: Path, out: Path, found: list[Training], known: Parts) -> str:
    lines = ["#!/bin/sh", f"# {study.about}"]
    lines += [f"# Rendered from {path}. From the repository root: sh {out}/run.sh", "# What is done is skipped."]
    lines += ["set -eu", "export AXOLOTL_DO_NOT_TRACK=1", "", "# The models as they are, to compare with."]
    bases = {(each.model, int(each.recipe.keys["sequence_len"])): families.on_cpu(each.grid) for each in found}
    lines += [_fetch(known.models[key]) for key in sorted({key for key, _ in bases}) if known.models[key].folder]
    for (key, length), cpu in sorted(bases.items()):
        lines.append(_exam(study, f"{path.stem}/{key}_{length // 1024}k", _where(known.models[key]), length, cpu))
    for number, training in enumerate(found, 1):
        lines += ["", f"# {number} of {len(found)}", *_steps(study, training, known)]
    lines += ["", f"medlong compare runs/{path.stem} --markdown runs/{path.stem}/comparison.md"]
    return "\n".join(lines) + "\n"


def _steps(study: Study, training: Training, known: Parts) -> Iterator[str]:
    """Train, merge and examine one model, and each soup of it."""
    recipe, grid, key = training
    run = f"runs/{recipe.run}"
    length, cpu = int(recipe.keys["sequence_len"]), families.on_cpu(grid)
    yield f"[ -f {run}/medlong_run.json ] || {families.train(grid, recipe.path)}"
    merged = f"{run}/merged" if "adapter" in recipe.keys else run
    if merged != run:
        yield f"[ -f {merged}.done ] || {{ axolotl merge-lora {recipe.path}; touch {merged}.done; }}"
    yield _exam(study, recipe.run, f"pretrained={merged}", length, cpu)
    for weight in grid.soups:
        soup = f"{recipe.run}_soup{100 * weight:g}"
        made = f"medlong soup {known.models[key].folder} {merged} --tuned {weight:g} --out runs/{soup}"
        yield f"[ -d runs/{soup} ] || {made}"
        yield _exam(study, soup, f"pretrained=runs/{soup}", length, cpu)


def _fetch(model: Model) -> str:
    """The command that puts a model where its recipes look for it, whole or not at all."""
    if model.shipped:
        return f"[ -d {model.folder} ] || medlong model {model.shipped} {model.folder}"
    revision = f" --revision {model.revision}" if model.revision else ""
    download = f"hf download {model.hub}{revision} --local-dir {model.folder}.part"
    return f"[ -d {model.folder} ] || {{ {download}; mv {model.folder}.part {model.folder}; }}"


def _where(model: Model) -> str:
    if model.folder:
        return f"pretrained={model.folder}"
    return f"pretrained={model.hub}" + (f",revision={model.revision}" if model.revision else "")


def _exam(study: Study, run: str, arguments: str, length: int, cpu: bool) -> str:
    tasks = study.exam.tasks if study.exam else [f"medlong_openbook_{length // 1024:03d}k", "medlong_openbook_controls"]
    command = f"medlong eval --model medlong-hf --model_args {arguments}"
    command += ",dtype=float32 --device cpu --batch_size 1" if cpu else ""
    command += f" --apply_chat_template --tasks {','.join(tasks)}"
    if study.exam and study.exam.items:
        command += f""" --metadata '{{"medlong_items": {study.exam.items}}}'"""
    return f"[ -d runs/{run}/exam ] || {command} --output_path runs/{run}/exam --log_samples"
