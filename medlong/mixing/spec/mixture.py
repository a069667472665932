"""One mixture: which components, how much of each, and how rows are chosen."""

from fractions import Fraction
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BeforeValidator,
    Field,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_serializer,
    model_validator,
)

from medlong.catalog import unknown
from medlong.config import Strict
from medlong.mixing.filters import FilterSpec
from medlong.mixing.guard import DecontaminateSpec
from medlong.mixing.near import NearSpec
from medlong.mixing.spec.shares import (
    SHARE_SCHEMA,
    Positive,
    Share,
    Shares,
    Takes,
    Whole,
    exact_share,
    must_sum_to_one,
)
from medlong.mixing.spec.shares import same_names as _same_names
from medlong.mixing.spec.source import Source
from medlong.mixing.tokenizer import TokenizerSpec

NAME = r"^[a-z0-9][a-z0-9_]*$"
"""What a mixture may be called: it is part of paths, and follows a `#`."""

HOW_MUCH = "say how much with shares and total, with counts alone, or with take alone"
N = TypeVar("N", int, Fraction)


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
    """What to do when a source has less than its quota."""

    repeat_up_to: Positive = 1
    """Most times one row may be used; 1 makes a shortage an error, unless the total may shrink."""

    shrink: bool = False
    """Lower the total, and keep the shares, until nothing is needed twice."""

    @model_serializer
    def _as_typed(self) -> str | dict[str, int]:
        if self.shrink:
            return "shrink"
        return "error" if self.repeat_up_to == 1 else {"repeat_up_to": self.repeat_up_to}


def _shortage(value: object) -> object:
    if isinstance(value, Shortage):
        return value
    if value in ("error", "shrink"):
        return {"shrink": value == "shrink"}
    if not isinstance(value, dict) or "shrink" in value:
        raise ValueError("must be error, shrink, or {repeat_up_to: 2}")
    return value


SHORTAGE_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"enum": ["error", "shrink"]},
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {"repeat_up_to": {"type": "integer", "minimum": 1}},
        },
    ]
}


class DedupSpec(Strict):
    """Which rows that are alike count once."""

    key: Literal["content", "normalised_pair"] = "content"
    """`content`: rows of the same text; `normalised_pair`: also those that differ in case, white space and system
    message alone."""

    priority: list[str] = Field(default_factory=list)
    """Components in the order in which they keep a row that several have; the others follow as in the file."""

    same_prompt: Literal["report", "drop"] = "report"
    """Rows that answer one prompt differently: count them, or keep one."""

    near: NearSpec | None = None
    """Leave out near duplicates too, such as `near: {jaccard: 0.8}`; the row of the earlier source stays."""

    @field_validator("priority")
    @classmethod
    def _names_are_components(cls, value: list[str], info: ValidationInfo) -> list[str]:
        for n, name in enumerate(value):
            if info.context and "components" in info.context and name not in info.context["components"]:
                raise ValueError(unknown("component", name, info.context["components"]))
            if name in value[:n]:
                raise ValueError(f"component {name!r} is there twice")
        return value


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
    """Share of `total` for each component, in `unit`; exact, and their sum is 1."""

    total: Positive | None = None
    """How much is in the mixture, in `unit`; goes with `shares`."""

    counts: dict[str, Whole] | None = Field(default=None, min_length=1)
    """How much of each component, in `unit`, instead of `shares` and `total`."""

    take: Takes | None = None
    """Share of what each component has, 1 being all of it, instead of `shares` and `total`."""

    shortage: Annotated[Shortage, BeforeValidator(_shortage), WithJsonSchema(SHORTAGE_SCHEMA)] = Shortage()
    """`error`; `shrink` for a smaller total of the same shares; `{repeat_up_to: k}` for whole passes over a source."""

    tokenizer: TokenizerSpec | None = None
    """Counts tokens, for `unit`, in the manifest and for `filter`; that of the model to be trained."""

    unit: Literal["examples", "tokens", "trainable_tokens"] = "examples"
    """What shares, totals and counts are of; tokens need `tokenizer`."""

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

    @field_validator("shares", "counts", "take")
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

    @field_validator("take")
    @classmethod
    def _takes_something(cls, value: dict[str, Fraction] | None) -> dict[str, Fraction] | None:
        return not_all_zero(value, "shares")

    @field_validator("unit")
    @classmethod
    def _can_be_counted(cls, value: str, info: ValidationInfo) -> str:
        if value != "examples" and info.data.get("tokenizer", "faulty") is None:
            raise ValueError(f"{value} are counted with a tokenizer; add tokenizer: {{path: ...}}")
        return value

    @model_validator(mode="after")
    def _one_way_to_say_how_much(self) -> "Mixture":
        if not says_how_much(self):
            raise ValueError(HOW_MUCH)
        return self

    def asked(self) -> tuple[dict[str, Fraction], int]:
        """Return the share of each component and the total, as typed or from counts.

        Raises:
            ValueError: If parts are taken of what there is, which only the data says.
        """
        if self.take is not None:
            raise ValueError("the total of a mixture with take is not known before its data is read")
        if self.counts is not None:
            total = sum(self.counts.values())
            return {name: Fraction(count, total) for name, count in self.counts.items()}, total
        assert self.shares is not None
        assert self.total is not None
        return dict(self.shares), self.total

    def order_seed(self) -> int:
        """Return the seed of the training order."""
        return self.seed if self.training_seed is None else self.training_seed

    def ranking(self) -> list[str]:
        """Return every source, in the order in which they keep a row that several have."""
        first = self.dedup.priority
        names = [*first, *(name for name in self.components if name not in first)]
        return [source for name in names for source in self.components[name].sources]


def says_how_much(mixture: Mixture) -> bool:
    """Return whether exactly one way to say how much is used, and all of it."""
    given = {name for name in ("shares", "total", "counts", "take") if getattr(mixture, name) is not None}
    return given in ({"shares", "total"}, {"counts"}, {"take"})


def not_all_zero(given: dict[str, N] | None, what: str = "counts") -> dict[str, N] | None:
    """Return `given`.

    Raises:
        ValueError: If they ask for nothing at all.
    """
    if given is not None and not any(given.values()):
        raise ValueError(f"all {what} are 0; the mixture would be empty")
    return given
