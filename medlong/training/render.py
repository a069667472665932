"""Recipes written out in full from one source, since Axolotl's YAML can neither include nor inherit."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from medlong import catalog
from medlong.atomic import write_text
from medlong.config import Strict, load_yaml
from medlong.training import families
from medlong.training.blocks import Section, filled, written
from medlong.training.data import current_id

SOURCE = "_source.yaml"
MARK = "# Rendered from {} by `medlong recipe render`: change it there."
VARIANT = re.compile(r"[A-Za-z0-9][\w.-]*")
"""Name of a recipe's file; `_source` is taken."""


class Variant(Strict):
    """One recipe: what differs from the others."""

    about: str = Field(min_length=1)
    """First line of the recipe."""

    mixture: str
    """The mixture file it trains on, from the repository root."""

    set: dict[str, Any] = Field(default_factory=dict)
    """Keys of a section with another value in this recipe."""


class Source(Strict):
    """The one declaration of all recipes in a folder."""

    medlong_recipes: Literal[1]
    """Version of this format."""

    header: str
    """Comment at the top of every recipe. Placeholders: name, about, mixture, mixture_id."""

    sections: list[Section] = Field(min_length=1)
    """All keys, in the order they are written."""

    variants: dict[str, Variant] = Field(min_length=1)
    """Name of the recipe, and of its file, -> what is its own."""

    @model_validator(mode="after")
    def _every_key_once(self) -> "Source":
        known: list[str] = []
        for key in (key for section in self.sections for key in section.keys):
            if key in known:
                raise ValueError(f"key {key!r} is in two sections")
            known.append(key)
        for name, variant in self.variants.items():
            if not VARIANT.fullmatch(name):
                raise ValueError(f"variant {name!r}: must begin with a letter or digit and have no / in it")
            for key in variant.set:
                if key not in known:
                    raise ValueError(f"variant {name!r}: {catalog.unknown('key in the sections', key, known)}")
        return self


def sources() -> list[Path]:
    """Return every recipe source of the `recipes` folder; a study is rendered where one asks for it."""
    return [path for path in catalog.yaml_files("recipes") if path.name in (SOURCE, families.FAMILY)]


def recipes() -> list[Path]:
    """Return every recipe of the `recipes` folder, rendered or not."""
    root = catalog.folder("recipes")
    return [
        path
        for path in catalog.yaml_files("recipes")
        if not any(part.startswith("_") or part == "studies" for part in path.relative_to(root).parts)
    ]


def rendered(path: Path) -> dict[Path, str]:
    """Return the text of every recipe that the source at `path` declares, by its file.

    Raises:
        ConfigError: If the source or a mixture of it is not what it should be.
        DataError: If a mixture cannot be built.
    """
    mark = MARK.format(path.name)
    if path.name == families.FAMILY:
        return families.rendered(path, mark)
    source = load_yaml(path, Source)
    return {path.with_name(f"{name}.yaml"): _recipe(path, source, name, mark) for name in source.variants}


def stale(path: Path) -> list[str]:
    """Return what differs between the files beside the source at `path` and what it declares.

    Raises:
        ConfigError: If the source or a mixture of it is not what it should be.
        DataError: If a mixture cannot be built.
    """
    wanted = rendered(path)
    found = [f"{file}: {_difference(file, text)}" for file, text in wanted.items() if not _is_current(file, text)]
    return found + [f"{file}: no longer declared; delete it" for file in _left_over(path, wanted)]


def write(path: Path) -> list[Path]:
    """Write every recipe of the source at `path`; return those that changed.

    Raises:
        ConfigError: If the source or a mixture of it is not what it should be.
        DataError: If a mixture cannot be built.
    """
    changed = [(file, text) for file, text in rendered(path).items() if not _is_current(file, text)]
    for file, text in changed:
        write_text(file, text)
    return [file for file, _ in changed]


def _recipe(path: Path, source: Source, name: str, mark: str) -> str:
    variant = source.variants[name]
    values = {"name": name, "about": variant.about, "mixture": variant.mixture}
    values["mixture_id"] = current_id(variant.mixture)
    sections = []
    for section in source.sections:
        keys = {key: filled(path, variant.set.get(key, value), values) for key, value in section.keys.items()}
        sections.append(Section(note=section.note, keys=keys))
    return written(filled(path, source.header, values), mark, sections)


def _is_current(file: Path, text: str) -> bool:
    return file.is_file() and file.read_text(encoding="utf-8") == text


def _difference(file: Path, text: str) -> str:
    if not file.is_file():
        return "not there"
    lines = file.read_text(encoding="utf-8").splitlines()
    wanted = text.splitlines()
    number = next((n for n, pair in enumerate(zip(lines, wanted, strict=False)) if pair[0] != pair[1]), None)
    if number is None:
        return f"line {min(len(lines), len(wanted)) + 1}: has {len(lines)} lines, should have {len(wanted)}"
    return f"line {number + 1}: is {lines[number].strip()!r}, should be {wanted[number].strip()!r}"


def _left_over(path: Path, wanted: dict[Path, str]) -> Iterator[Path]:
    for file in sorted(path.parent.glob("*.yaml")):
        if (
            file not in wanted
            and file != path
            and MARK.format(path.name) in file.read_text(encoding="utf-8").splitlines()
        ):
            yield file
