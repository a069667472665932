"""What a mixture file and a list of sources may say, and every check that needs no data."""

import codecs
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    field_validator,
    model_validator,
)

from medlong.catalog import unknown
from medlong.config import Strict, load_yaml
from medlong.hub import is_commit
from medlong.mixing.synthesis import SynthSpec, gathered

FORMATS: dict[str, tuple[str, ...]] = {
    "messages": ("messages",),
    "sharegpt": ("conversations", "from", "value"),
    "alpaca": ("instruction", "input", "output"),
    "qa": ("question", "answer"),
    "prompt_completion": ("prompt", "completion"),
}
"""Each format of a source, and the fields a record of it has."""

NAME = r"^[a-z0-9][a-z0-9_]*$"


def exact_share(value: object) -> Fraction:
    """Return a share exactly as it was typed.

    A YAML float is read back from its shortest text, so that 0.29 is 29/100 and not the binary
    number beside it; `int(0.29 * 100)` is 28.

    Raises:
        ValueError: If `value` is not a number from 0 to 1, a decimal text, or a ratio such as "1/3".
    """
    usable = isinstance(value, int | float | str | Fraction) and not isinstance(value, bool)
    try:
        share = Fraction(repr(value) if isinstance(value, float) else str(value).strip()) if usable else None
    except (ValueError, ZeroDivisionError):
        share = None
    if share is None or not 0 <= share <= 1:
        raise ValueError("must be a share from 0 to 1, such as 0.25 or 1/3")
    return share


def share_text(share: Fraction) -> str:
    """Return `share` as a decimal when it has an exact one, otherwise as a ratio."""
    rest = share.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return str(share)
    digits = 0
    while (share * 10**digits).denominator != 1:
        digits += 1
    return f"{float(share):.{digits}f}"


def _must_sum_to_one(shares: dict[str, Fraction]) -> dict[str, Fraction]:
    total = sum(shares.values(), Fraction(0))
    if total != 1:
        raise ValueError(f"shares sum to {share_text(total)}, must be 1")
    return shares


def _same_names(found: dict[str, Fraction] | dict[str, int], wanted: list[str], what: str) -> None:
    for name in found:
        if name not in wanted:
            raise ValueError(unknown(what, name, wanted))
    missing = [name for name in wanted if name not in found]
    if missing:
        raise ValueError(f"{what} {missing[0]!r} has no value here; give every {what} one (0 is allowed)")


Share = Annotated[Fraction, PlainValidator(exact_share), PlainSerializer(str)]
Shares = Annotated[dict[str, Share], Field(min_length=1), AfterValidator(_must_sum_to_one)]
Whole = Annotated[int, Field(strict=True, ge=0)]
Positive = Annotated[int, Field(strict=True, gt=0)]


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


class Source(Strict):
    """One named origin of rows."""

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


def _within(value: object) -> str | dict[str, Fraction]:
    if isinstance(value, str) and value in ("proportional", "equal"):
        return value
    if not isinstance(value, dict) or not value:
        raise ValueError("must be proportional, equal, or a share for each source")
    return _must_sum_to_one({str(name): exact_share(share) for name, share in value.items()})


class Component(Strict):
    """One ingredient of a mixture: a list of sources that are filled together."""

    sources: list[str] = Field(min_length=1)
    """Ids of sources, each used once in the whole mixture."""

    within: Annotated[str | dict[str, Share], PlainValidator(_within)] = "proportional"
    """How the quota is divided: by available distinct rows, equally, or by typed shares."""

    @field_validator("within")
    @classmethod
    def _names_are_sources(cls, value: str | dict[str, Fraction], info: ValidationInfo) -> str | dict[str, Fraction]:
        if isinstance(value, dict) and "sources" in info.data:
            _same_names(value, info.data["sources"], "source")
        return value


class Shortage(Strict):
    """What to do when a source has fewer distinct rows than its quota."""

    repeat_up_to: Positive = 1
    """Most times one row may be used; 1 makes a shortage an error."""


def _shortage(value: object) -> object:
    if value == "error":
        return {"repeat_up_to": 1}
    if not isinstance(value, dict):
        raise ValueError("must be error or {repeat_up_to: 2}")
    return value


class Mixture(Strict):
    """A mixture file: which components, how much of each, and how rows are chosen."""

    medlong_mixture: Literal[1]
    """Version of this format."""

    name: str = Field(pattern=NAME)
    """Lower case with underscores."""

    seed: Whole = 0
    """Chooses the rows and their order; mixtures of one seed share rows, which makes them comparable."""

    sources: dict[str, Source] = Field(default_factory=dict)
    """Sources of this file alone, beside those of sources.yaml."""

    components: dict[str, Component] = Field(min_length=1)
    """Name -> what it is drawn from."""

    shares: Shares | None = None
    """Share of `total` for each component, in examples; exact, and their sum is 1."""

    total: Positive | None = None
    """Examples in the mixture; goes with `shares`."""

    counts: dict[str, Whole] | None = Field(default=None, min_length=1)
    """Examples of each component, instead of `shares` and `total`."""

    shortage: Annotated[Shortage, BeforeValidator(_shortage)] = Shortage()
    """`error`, or `{repeat_up_to: k}` for whole passes over a source."""

    @field_validator("components")
    @classmethod
    def _each_source_once(cls, value: dict[str, Component]) -> dict[str, Component]:
        users: dict[str, str] = {}
        for name, component in value.items():
            for source in component.sources:
                if source in users:
                    raise ValueError(f"source {source!r} is used twice, by {users[source]!r} and {name!r}")
                users[source] = name
        return value

    @field_validator("shares", "counts")
    @classmethod
    def _names_are_components(
        cls, value: dict[str, Fraction] | dict[str, int] | None, info: ValidationInfo
    ) -> dict[str, Fraction] | dict[str, int] | None:
        if value is not None and "components" in info.data:
            _same_names(value, list(info.data["components"]), "component")
        return value

    @field_validator("counts")
    @classmethod
    def _not_all_zero(cls, value: dict[str, int] | None) -> dict[str, int] | None:
        if value is not None and not sum(value.values()):
            raise ValueError("all counts are 0; the mixture would be empty")
        return value

    @model_validator(mode="after")
    def _one_way_to_say_how_much(self) -> "Mixture":
        by_share = (self.shares is not None, self.total is not None)
        if by_share != ((False, False) if self.counts is not None else (True, True)):
            raise ValueError("say how much either with shares and total, or with counts alone")
        return self

    def asked(self) -> tuple[dict[str, Fraction], int]:
        """Return the share of each component and the total, however they were typed."""
        if self.counts is not None:
            total = sum(self.counts.values())
            return {name: Fraction(count, total) for name, count in self.counts.items()}, total
        assert self.shares is not None
        assert self.total is not None
        return dict(self.shares), self.total


class SourceList(Strict):
    """The file sources.yaml: every source once."""

    medlong_sources: Literal[1]
    """Version of this format."""

    sources: dict[str, Source]
    """Id -> source."""


def load(path: Path) -> Mixture:
    """Return the mixture file at `path`.

    Raises:
        ConfigError: With every fault of the file at once, each with its line and field.
    """
    return load_yaml(path, Mixture)
