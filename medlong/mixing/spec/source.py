"""What a list of sources may say."""

import codecs
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from medlong.catalog import unknown
from medlong.config import Strict
from medlong.hub import is_commit
from medlong.mixing.spec.shares import Share
from medlong.mixing.synthesis import SynthSpec, gathered

FORMATS: dict[str, tuple[str, ...]] = {
    "messages": ("messages",),
    "sharegpt": ("conversations", "from", "value"),
    "alpaca": ("instruction", "input", "output"),
    "qa": ("question", "answer"),
    "prompt_completion": ("prompt", "completion"),
}
"""Each format of a source, and the fields a record of it has."""


def _written(value: object) -> object:
    """YAML reads 2024-05-01 as a date and 1234567 as a number; a revision is what was typed."""
    return str(value) if isinstance(value, date | int) and not isinstance(value, bool) else value


def _text_encoding(value: str) -> str:
    """Return the name of an encoding; one that turns text into text, such as rot13, is refused by `decode` alone."""
    try:
        codecs.lookup(value)
        b"a".decode(value, "replace")
    except (LookupError, ValueError):
        raise ValueError(f"{value!r} is no text encoding that Python knows; such as utf-8, gb18030, cp1252") from None
    return value


def _flat(schema: dict[str, Any]) -> None:
    """Say in a source's JSON Schema what `gathered` takes: the keys of `SynthSpec` among the others."""
    schema["properties"] |= SynthSpec.model_json_schema()["properties"]


class Source(Strict):
    """One named origin of rows."""

    model_config = ConfigDict(json_schema_extra=_flat)

    embedded: str | None = None
    """The module that generates the rows; exactly one of `embedded`, `files` and `hub`."""

    files: list[str] | None = Field(default=None, min_length=1)
    """Paths or globs of .jsonl, .json, .csv, .tsv (each also .gz or .zst), .parquet and .xlsx files, relative to the
    file that declares the source."""

    encoding: Annotated[str, AfterValidator(_text_encoding)] = "utf-8"
    """Of text files, such as gb18030; a byte order mark is taken off."""

    sheet: str | None = Field(default=None, min_length=1)
    """Of .xlsx files; the first one if not given."""

    hub: str | None = Field(default=None, pattern=r"^[\w.-]+(/[\w.-]+)?$")
    """Id of a data set on the Hugging Face hub; goes with `split`, and with a commit as `revision`."""

    config: str | None = Field(default=None, min_length=1)
    """Configuration of a data set on the hub that has several."""

    split: str | None = Field(default=None, min_length=1)
    """Split of a data set on the hub, such as train."""

    synth: SynthSpec | None = None
    """How the rows are made of another source's; its keys stand among the others: `synth: distractor_qa, from: ...`."""

    format: Literal["messages", "sharegpt", "alpaca", "qa", "prompt_completion"] = "messages"
    """What a record looks like; `FORMATS` lists the fields of each."""

    map: dict[str, str] = Field(default_factory=dict)
    """Field of the format -> name of that field in the files, where the two differ; `a.0.b` leads into objects and
    lists."""

    bad_rows: Share = Fraction(0)
    """Most rows, as a share of the source's, that may be bad; they are left out and counted. 0 stops at the first."""

    licence: str = Field(min_length=1)
    """The licence of the rows; `unstated` when the origin names none."""

    revision: Annotated[str, BeforeValidator(_written), Field(min_length=1)] = "unstated"
    """Commit, version or date that pins the rows."""

    about: str = ""
    """One line of what it is."""

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, value: object) -> object:
        return gathered(value)

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
        if [self.embedded, self.files, self.hub, self.synth].count(None) != 3:
            raise ValueError(
                "give embedded (a module), files (paths), hub (a data set) or synth (with from), exactly one"
            )
        if (self.embedded is not None or self.synth is not None) and (self.format != "messages" or self.map):
            raise ValueError("an embedded or made source has format messages and no map")
        if self.files is None and (self.sheet is not None or self.encoding != "utf-8"):
            raise ValueError("sheet and encoding go with files")
        if self.sheet is not None and not any(name.lower().endswith(".xlsx") for name in self.files or []):
            raise ValueError("sheet goes with files whose names end in .xlsx")
        return self

    @model_validator(mode="after")
    def _pinned(self) -> "Source":
        if self.hub is None and (self.config is not None or self.split is not None):
            raise ValueError("config and split go with hub")
        if self.hub is not None and self.split is None:
            raise ValueError("hub needs a split, such as split: train")
        if self.hub is not None and not is_commit(self.revision):
            raise ValueError(
                f"hub needs as revision the 40 hex digits of a commit (a branch moves), got {self.revision!r}"
            )
        return self


class SourceList(Strict):
    """The file sources.yaml: every source once."""

    medlong_sources: Literal[1]
    """Version of this format."""

    sources: dict[str, Source]
    """Id -> source."""
