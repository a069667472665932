"""The manifest of a built mixture and the rows beside it, checked before anything is said of them."""

import json
from collections.abc import Iterator
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError, model_validator

from medlong.config import problem
from medlong.errors import ConfigError, DataError
from medlong.hashing import file_digest
from medlong.mixing.content import Message, content_id
from medlong.mixing.spec import Whole, exact_share

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, Field(pattern=r"^[^/\\]+$")]


class Lenient(BaseModel):
    """A part of a manifest; keys that other versions write are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Realised(Lenient):
    """What was counted in the written file."""

    examples: Whole
    characters: Whole
    tokens: Whole | None = None
    """None where no tokenizer was named; `trainable_tokens` likewise."""

    trainable_tokens: Whole | None = None

    def of(self, unit: str) -> int:
        """Return the count in `unit`; 0 where it was not counted."""
        return getattr(self, unit) or 0


class Use(Lenient):
    """What one source gave to one component."""

    available: Whole
    rejected: Whole = 0
    distinct: Whole
    dropped: dict[str, Whole] = Field(default_factory=dict)
    """Distinct rows left out, by reason."""

    duplicates_elsewhere: Whole
    taken: Whole
    """Rows, each as often as it was used."""

    max_repeats: Whole
    quota: Whole | None = None
    """In the unit of the mixture; None where the manifest gives components' quotas only."""

    realised: Realised | None = None
    """Of this source alone; None where the manifest counts components only."""

    length_bands: dict[str, Realised] = Field(default_factory=dict)
    """What is in the rows of each band of lengths, by the names of `bands.labels`; empty where it was not counted."""


class Component(Lenient):
    """One component as asked and as written."""

    share: Annotated[Fraction, PlainValidator(exact_share)]
    quota: Whole
    """In the unit of the mixture."""

    realised: Realised
    sources: dict[str, Use] = Field(min_length=1)


class Facts(Lenient):
    """What a source said of itself."""

    about: str = ""
    licence: str
    revision: str
    format: str
    sha256: Sha256


class SamePrompt(Lenient):
    """Rows of the sources that answer one prompt differently."""

    prompts: Whole
    rows: Whole


class Manifest(Lenient):
    """Everything that is read from a manifest."""

    medlong_manifest: Literal[1]
    mixture_id: str
    name: str
    seed: Whole
    unit: Literal["examples", "tokens", "trainable_tokens"]
    """Of shares, quotas and totals."""

    total: Whole
    """Sum of the quotas."""

    requested: Whole | None = None
    """The total before it shrank to what the sources have; None in a manifest of before there was such a thing."""

    length_unit: Literal["tokens", "characters"] | None = None
    """What `length_bands` are bands of."""

    same_prompt: SamePrompt | None = None
    """None where they were not counted."""

    render_format: str
    components: dict[str, Component] = Field(min_length=1)
    sources: dict[str, Facts]
    file: FileName
    file_sha256: Sha256
    index: FileName
    index_sha256: Sha256
    parquet: FileName | None = None
    parquet_sha256: Sha256 | None = None
    drops: FileName | None = None
    """Rows that were left out, one a line, where there are any."""

    drops_sha256: Sha256 | None = None
    rejects: FileName | None = None
    """Bad rows, one a line, where there are any."""

    rejects_sha256: Sha256 | None = None
    spec_sha256: Sha256

    @model_validator(mode="after")
    def _sources_are_told_of(self) -> "Manifest":
        for name, content in self.components.items():
            for source in content.sources:
                if source not in self.sources:
                    raise ValueError(f"components.{name} has source {source!r}, which `sources` lacks")
        return self

    @model_validator(mode="after")
    def _unit_is_counted(self) -> "Manifest":
        counted: list[tuple[str, Realised | None]] = [
            (f"components.{name}", content.realised) for name, content in self.components.items()
        ]
        if self.unit != "examples":
            counted += [(f"components.{name}.sources.{source}", use.realised) for name, source, use in self.uses()]
        for where, realised in counted:
            if realised is None or getattr(realised, self.unit) is None:
                raise ValueError(f"{where}.realised lacks {self.unit}, the unit of the mixture")
        return self

    def examples(self) -> int:
        """Return how many rows the training file has."""
        return sum(content.realised.examples for content in self.components.values())

    def noun(self) -> str:
        """Return the unit in words."""
        return self.unit.replace("_", " ")

    def given(self, use: Use) -> int:
        """Return what a source gave, in the unit of the mixture."""
        return use.taken if self.unit == "examples" or use.realised is None else use.realised.of(self.unit)

    def licences(self) -> list[str]:
        """Return the licence of every source that rows were taken from, each once, sorted."""
        return sorted({self.sources[source].licence for _, source, use in self.uses() if use.taken})

    def uses(self) -> Iterator[tuple[str, str, Use]]:
        """Yield component, source and use, in the order of the file."""
        for name, content in self.components.items():
            for source, use in content.sources.items():
                yield name, source, use


class Entry(Lenient):
    """One line of the index: where the row on the same line of the training file is from."""

    position: Whole
    source: str
    component: str
    content_id: Sha256
    epoch: Whole
    file: str = ""
    line: Whole | None = None


class Built(NamedTuple):
    """A manifest and the folder it lies in."""

    folder: Path
    manifest: Manifest


def load(place: Path) -> Built:
    """Return what lies at `place`, which is a manifest or the folder of a built mixture.

    Raises:
        ConfigError: If there is none, or it is not what it should be.
    """
    from medlong.mixing.build import read_manifest  # build writes a card, which reads manifests

    return Built(place if place.is_dir() else place.parent, parse(read_manifest(place), place))


def parse(manifest: dict[str, Any], place: Path) -> Manifest:
    """Return a manifest checked.

    Args:
        manifest: As read from JSON.
        place: Where it was read, for the message.

    Raises:
        ConfigError: With its first fault.
    """
    try:
        return Manifest.model_validate(manifest)
    except ValidationError as error:
        fault = problem(error.errors()[0], Manifest)
        raise ConfigError(f"{place}: not a whole manifest: {fault}; build the mixture again") from None


def entries(built: Built) -> Iterator[Entry]:
    """Yield every line of the index.

    Raises:
        DataError: If it is missing, or not the one the manifest was written with.
    """
    path = built.folder / built.manifest.index
    if not path.is_file():
        raise DataError(f"{path}: no such file; the index lies beside its manifest")
    if file_digest(path) != built.manifest.index_sha256:
        raise DataError(f"{path}: changed since the mixture was built; build the mixture again")
    with path.open(encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield Entry.model_validate_json(line)
            except ValidationError as error:
                fault = problem(error.errors()[0], Entry)
                raise DataError(f"{path}: line {number}: not an entry of an index: {fault}") from None


def rows(built: Built) -> Iterator[tuple[Entry, list[Message]]]:
    """Yield every row of the training file with its line of the index.

    Raises:
        DataError: If either file is missing, or a row is not the one the index names.
    """
    path = built.folder / built.manifest.file
    if not path.is_file():
        raise DataError(f"{path}: no such file; the rows lie beside their manifest")
    with path.open(encoding="utf-8", newline="\n") as file:
        for number, (line, entry) in enumerate(zip_longest(file, entries(built)), start=1):
            messages = _messages(line)
            if entry is None or messages is None or content_id(messages) != entry.content_id:
                raise DataError(f"{path}: line {number} is not the row that the index names; build the mixture again")
            yield entry, messages


def _messages(line: str | None) -> list[Message] | None:
    try:
        messages = json.loads(line or "")["messages"]
        return [Message(role=str(turn["role"]), content=str(turn["content"])) for turn in messages]
    except (ValueError, TypeError, KeyError, UnicodeError):
        return None
