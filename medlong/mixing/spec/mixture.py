"""One mixture: which components, how much of each, and how rows are chosen."""

from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from medlong.config import Strict
from medlong.mixing.filters import FilterSpec
from medlong.mixing.guard import DecontaminateSpec
from medlong.mixing.near import NearSpec
from medlong.mixing.spec.shares import SHARE_SCHEMA, Positive, Share, Shares, Whole, exact_share, must_sum_to_one
from medlong.mixing.spec.shares import same_names as _same_names
from medlong.mixing.spec.source import Source
from medlong.mixing.tokenizer import TokenizerSpec

NAME = r"^[a-z0-9][a-z0-9_]*$"
"""What a mixture may be called: it is part of paths, and follows a `#`."""


def _within(value: object) -> str | dict[str, Fraction]:
    if isinstance(value, str) and value in ("proportional", "equal"):
        return value
    if not isinstance(value, dict) or not value:
        raise ValueError("must be proportional, equal, or a share for each source")
    return must_sum_to_one({str(name): exact_share(share) for name, share in value.items()})


WITHIN_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"enum": ["proportional", "equal"]},
        {"type": "object", "minProperties": 1, "additionalProperties": SHARE_SCHEMA},
    ]
}


class Component(Strict):
    """One ingredient of a mixture: a list of sources that are filled together."""

    sources: list[str] = Field(min_length=1)
    """Ids of sources, each used once in the whole mixture."""

    within: Annotated[str | dict[str, Share], PlainValidator(_within), WithJsonSchema(WITHIN_SCHEMA)] = "proportional"
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


SHORTAGE_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"const": "error"},
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {"repeat_up_to": {"type": "integer", "minimum": 1}},
        },
    ]
}


class DedupSpec(Strict):
    """Which rows that are alike count once."""

    near: NearSpec | None = None
    """Leave out near duplicates too, such as `near: {jaccard: 0.8}`; the row of the earlier source stays."""


class Mixture(Strict):
    """A mixture file: which components, how much of each, and how rows are chosen."""

    medlong_mixture: Literal[1]
    """Version of this format."""

    name: str = Field(pattern=NAME)
    """Lower case with underscores."""

    seed: Whole = 0
    """Chooses the rows and their order; mixtures of one seed share rows, which makes them comparable."""

    training_seed: Whole | None = None
    """Orders the rows, where that is not to be done by `seed`."""

    include_sources: str | None = Field(default=None, min_length=1)
    """A list of sources, such as my_sources.yaml, relative to this file; its paths are relative to it."""

    sources: dict[str, Source] = Field(default_factory=dict)
    """Sources of this file alone, beside those of sources.yaml and of `include_sources`."""

    components: dict[str, Component] = Field(min_length=1)
    """Name -> what it is drawn from."""

    shares: Shares | None = None
    """Share of `total` for each component, in examples; exact, and their sum is 1."""

    total: Positive | None = None
    """Examples in the mixture; goes with `shares`."""

    counts: dict[str, Whole] | None = Field(default=None, min_length=1)
    """Examples of each component, instead of `shares` and `total`."""

    shortage: Annotated[Shortage, BeforeValidator(_shortage), WithJsonSchema(SHORTAGE_SCHEMA)] = Shortage()
    """`error`, or `{repeat_up_to: k}` for whole passes over a source."""

    tokenizer: TokenizerSpec | None = None
    """Counts tokens, in the manifest and for `filter`; that of the model to be trained."""

    sequence_len: Positive | None = None
    """Tokens of the longest row that the trainer takes, as in the recipe."""

    filter: FilterSpec = FilterSpec()
    """Rows to leave out for what they are."""

    dedup: DedupSpec = DedupSpec()
    """Rows to leave out because another is like them; rows of the same text always count once."""

    decontaminate: DecontaminateSpec | None = None
    """Exams that no row may give away."""

    @field_validator("components")
    @classmethod
    def _each_source_once(cls, value: dict[str, Component], info: ValidationInfo) -> dict[str, Component]:
        if info.context is not None:
            info.context["components"] = list(value)  # what the entries of `mixtures` may name
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
        return not_all_zero(value)

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

    def order_seed(self) -> int:
        """Return the seed of the training order."""
        return self.seed if self.training_seed is None else self.training_seed


def not_all_zero(counts: dict[str, int] | None) -> dict[str, int] | None:
    """Return `counts`.

    Raises:
        ValueError: If they ask for nothing at all.
    """
    if counts is not None and not sum(counts.values()):
        raise ValueError("all counts are 0; the mixture would be empty")
    return counts
