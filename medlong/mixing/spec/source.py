"""What a list of sources may say."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from medlong.catalog import unknown
from medlong.config import Strict

FORMATS: dict[str, tuple[str, ...]] = {
    "messages": ("messages",),
    "alpaca": ("instruction", "input", "output"),
    "qa": ("question", "answer"),
    "prompt_completion": ("prompt", "completion"),
}
"""Each format of a source, and the fields a record of it has."""


def _written(value: object) -> object:
    """YAML reads 2024-05-01 as a date and 1234567 as a number; a revision is what was typed."""
    return str(value) if isinstance(value, date | int) and not isinstance(value, bool) else value


class Source(Strict):
    """One named origin of rows."""

    embedded: str | None = None
    """The module that generates the rows; exactly one of `embedded` and `files`."""

    files: list[str] | None = Field(default=None, min_length=1)
    """Paths or globs of .json, .jsonl and .csv files, relative to the file that declares the source."""

    format: Literal["messages", "alpaca", "qa", "prompt_completion"] = "messages"
    """What a record looks like; `FORMATS` lists the fields of each."""

    map: dict[str, str] = Field(default_factory=dict)
    """Field of the format -> name of that field in the files, where the two differ."""

    licence: str = Field(min_length=1)
    """The licence of the rows; `unstated` when the origin names none."""

    revision: Annotated[str, BeforeValidator(_written), Field(min_length=1)] = "unstated"
    """Commit, version or date that pins the rows."""

    about: str = ""
    """One line of what it is."""

    @field_validator("map")
    @classmethod
    def _known_fields(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        fields = FORMATS.get(info.data.get("format", ""), ())
        for name in value:
            if fields and name not in fields:
                raise ValueError(unknown(f"field of format {info.data['format']!r}", name, fields))
        return value

    @model_validator(mode="after")
    def _one_place(self) -> "Source":
        if (self.embedded is None) == (self.files is None):
            raise ValueError("give either embedded (a module) or files (paths), exactly one")
        if self.embedded is not None and (self.format != "messages" or self.map):
            raise ValueError("an embedded source has format messages and no map")
        return self


class SourceList(Strict):
    """The file sources.yaml: every source once."""

    medlong_sources: Literal[1]
    """Version of this format."""

    sources: dict[str, Source]
    """Id -> source."""
