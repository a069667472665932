"""Files that people write: strict models, and errors that name file, line, field, value and remedy."""

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from medlong.errors import ConfigError

MOST_VALUES = 100_000
"""Values of a YAML file with its aliases spelt out: more is an accident, or meant to fill the memory."""


class Strict(BaseModel):
    """A model that refuses keys it does not know; a misspelt key is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


M = TypeVar("M", bound=BaseModel)


def read_text(path: Path) -> str:
    """Return the UTF-8 text of `path`.

    Raises:
        ConfigError: If it cannot be read as a file, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise ConfigError(f"{path}: is a folder, expected a file") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None


def load_mapping(path: Path) -> dict[str, object]:
    """Return the mapping in a YAML file, read with the safe loader.

    Raises:
        ConfigError: If the file is missing, is not YAML, is not a mapping, or gives a key twice.
    """
    text = read_text(path)
    try:
        _refuse_repeated_keys(path, yaml.compose(text, Loader=yaml.SafeLoader))
        raw = yaml.safe_load(text)
    except RecursionError:
        raise ConfigError(f"{path}: nested too deeply") from None
    except (yaml.YAMLError, ValueError) as error:  # a number or date that cannot be is a plain ValueError
        raise ConfigError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(raw, dict):
        raise ConfigError(f"{path}: expected a mapping of keys, found {type(raw).__name__}")
    return raw


def load_yaml(path: Path, model: type[M]) -> M:
    """Return `path` parsed as `model`.

    Raises:
        ConfigError: With every fault of the file at once, each with its line and field.
    """
    raw = load_mapping(path)
    try:
        return model.model_validate(raw, context={})  # where a field may leave what later ones are checked by
    except ValidationError as error:
        lines = line_numbers(path)
        faults = [_fault(path, lines, detail, model) for detail in error.errors()]
        count = f"{len(faults)} problem{'s' if len(faults) > 1 else ''}"
        raise ConfigError(f"{path}: {count}\n" + "\n".join(f"  {f}" for f in faults)) from None


def problem(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """Return one fault that pydantic found as `field: what is wrong, and what was got`."""
    where = _where(detail)
    message = detail["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    if detail["type"] == "extra_forbidden":
        close = difflib.get_close_matches(str(where[-1]), _field_names(model), n=1)
        message = "unknown key" + (f"; did you mean {close[0]!r}?" if close else "")
    elif detail["type"] == "missing":
        message = "required, but not there"
    elif not isinstance(detail["input"], dict | list):
        message += f", got {detail['input']!r}"
    return f"{dotted(where) or '(whole file)'}: {message}"


def dotted(parts: list[int | str] | tuple[int | str, ...]) -> str:
    """Return a field's place as one name: `("datasets", 0, "path")` is `datasets[0].path`."""
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def line_numbers(path: Path) -> dict[str, int]:
    """Return the line of every field of a YAML file, by its dotted name such as `datasets[0].path`."""
    node = yaml.compose(read_text(path), Loader=yaml.SafeLoader)
    return dict(_walk(node, "")) if node is not None else {}


def nearest_line(lines: dict[str, int], where: Sequence[int | str]) -> int:
    """Return the line of the field at `where`, or of the nearest thing around it that the file has."""
    places = (dotted(tuple(where[:length])) for length in range(len(where), -1, -1))
    return next((lines[place] for place in places if place in lines), 1)


def _fault(path: Path, lines: dict[str, int], detail: ErrorDetails, model: type[BaseModel]) -> str:
    where = _where(detail)
    return f"line {nearest_line(lines, where)}: {problem(detail, model)}"


def _where(detail: ErrorDetails) -> list[int | str]:
    return [part for part in detail["loc"] if isinstance(part, int) or not part.endswith("]")]


def _refuse_repeated_keys(
    path: Path, node: yaml.Node | None, around: tuple[int, ...] = (), left: Iterator[int] | None = None
) -> None:
    """Raise for a key given twice in one mapping: the safe loader would keep the last without a word.

    Keys that are no text, and aliases that hold themselves, have no dotted name and are refused too; so are
    aliases of aliases that spell out to more than `MOST_VALUES`.
    """
    left = iter(range(MOST_VALUES)) if left is None else left
    if next(left, None) is None:
        raise ConfigError(f"{path}: holds more than {MOST_VALUES} values with its aliases spelt out")
    if node is not None and id(node) in around:
        raise ConfigError(f"{path}: line {node.start_mark.line + 1}: an alias inside the thing it stands for")
    around = (*around, id(node))
    if isinstance(node, yaml.MappingNode):
        first: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise ConfigError(f"{path}: line {line}: a key must be a word or number, not a list or mapping")
            if key.value in first and key.value != "<<":
                raise ConfigError(f"{path}: line {line}: {key.value}: given twice; first on line {first[key.value]}")
            first[str(key.value)] = line
            _refuse_repeated_keys(path, value, around, left)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_repeated_keys(path, value, around, left)


def _walk(node: yaml.Node, prefix: str) -> Iterator[tuple[str, int]]:
    yield prefix, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = f"{prefix}.{key.value}" if prefix else str(key.value)
            yield from _walk(value, name)
            yield name, key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _walk(value, f"{prefix}[{index}]")


def _field_names(model: type[BaseModel]) -> set[str]:
    """Every field name in `model` and the models inside it, for the did-you-mean hint."""
    names: set[str] = set()
    pending, seen = [model], set()
    while pending:
        current = pending.pop()
        if current in seen:
            continue
        seen.add(current)
        for name, field in current.model_fields.items():
            names.add(name)
            pending.extend(models_in(field.annotation))
    return names


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """Yield the pydantic models that a field's annotation names, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models_in(inner)
