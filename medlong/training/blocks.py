"""How a rendered recipe is written: a comment at the top, then groups of keys, each under its note."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

from medlong import catalog
from medlong.config import Strict
from medlong.errors import ConfigError

PLACEHOLDER = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")


class Section(Strict):
    """Keys that belong together, under one comment."""

    note: str = Field(min_length=1)
    """Why they are what they are."""

    keys: dict[str, Any] = Field(min_length=1)
    """Keys of Axolotl; texts may have placeholders."""


def filled(path: Path, value: Any, values: Mapping[str, Any]) -> Any:
    """Return `value` with the placeholders in its texts replaced, at any depth.

    A text that is one placeholder and nothing else becomes the value itself, a number as a number.

    Raises:
        ConfigError: If a placeholder is none of `values`.
    """
    if isinstance(value, dict):
        return {key: filled(path, inner, values) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(path, inner, values) for inner in value]
    if not isinstance(value, str):
        return value

    def replaced(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise ConfigError(f"{path}: {catalog.unknown('placeholder', match[1], values)}")
        return str(values[match[1]])

    alone = PLACEHOLDER.fullmatch(value)
    return values[alone[1]] if alone and alone[1] in values else PLACEHOLDER.sub(replaced, value)


def written(header: str, mark: str, sections: Iterable[Section]) -> str:
    """Return the text of a recipe; `mark` is the last line of its opening comment."""
    blocks = ["\n".join([_comment(header), mark])]
    for section in sections:
        text = yaml.dump(section.keys, Dumper=_Indented, sort_keys=False, allow_unicode=True, width=120)
        blocks.append(f"{_comment(section.note)}\n{text.rstrip()}")
    return "\n\n".join(blocks) + "\n"


def _comment(text: str) -> str:
    return "\n".join(f"# {line}".rstrip() for line in text.rstrip().splitlines())


class _Indented(yaml.SafeDumper):
    """Lists one step inside their key, as in Axolotl's own examples; what is equal is written twice, not linked."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True
