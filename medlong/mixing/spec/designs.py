"""One file that stands for many mixtures: lists, totals, lattices of shares, and seeds."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import comb
from typing import Any, Literal, NamedTuple

from pydantic import Field, ValidationInfo, field_validator, model_validator

from medlong.catalog import unknown
from medlong.config import Strict
from medlong.mixing.spec.mixture import HOW_MUCH, NAME, Mixture, not_all_zero, says_how_much
from medlong.mixing.spec.shares import Positive, Shares, Takes, Whole, same_names

MOST_MIXTURES = 1000
"""Mixtures of one file: more is an accident."""


def lattice(steps: int, over: list[str]) -> Iterator[dict[str, Fraction]]:
    """Yield every way to share 1 among `over` in multiples of 1/`steps`, the first name's share falling.

    It is the simplex lattice of Scheffe (1958): C(steps + names - 1, names - 1) points.
    """
    if len(over) == 1:
        yield {over[0]: Fraction(1)}
        return
    for rest in range(steps + 1):
        head = Fraction(steps - rest, steps)
        if not rest:
            yield {over[0]: head, **dict.fromkeys(over[1:], Fraction(0))}
            continue
        for tail in lattice(rest, over[1:]):
            yield {over[0]: head, **{name: share * (1 - head) for name, share in tail.items()}}


def point_name(shares: dict[str, Fraction]) -> str:
    """Return a name for `shares`: initials and whole percents, as g50m50, or ratios, as g1of3m2of3."""
    return "".join(name[0] + _percent(share) for name, share in shares.items())


def _percent(share: Fraction) -> str:
    percent = share * 100
    return str(percent) if percent.denominator == 1 else f"{share.numerator}of{share.denominator}"


def _all_different(values: list[Any], what: str) -> None:
    twice = [value for n, value in enumerate(values) if value in values[:n]]
    if twice:
        raise ValueError(f"{what} {twice[0]!r} is there twice")


class Design(Strict):
    """Shares that are not typed one by one: a lattice, and points beside it."""

    lattice: Positive = Field(le=100)
    """Steps from 0 to 1: 4 makes the shares 0, 0.25, 0.5, 0.75 and 1."""

    over: list[str] = Field(min_length=2)
    """The components that vary; their first letters are in the names of the mixtures. All others get nothing."""

    totals: list[Positive] = Field(min_length=1)
    """Each point is made at each of these sizes."""

    extra: list[Shares] = Field(default_factory=list)
    """Points beside the lattice; a component of `over` that is left out gets nothing."""

    @field_validator("over")
    @classmethod
    def _initials_differ(cls, value: list[str], info: ValidationInfo) -> list[str]:
        _all_different(value, "component")
        for name in value:
            if info.context and "components" in info.context and name not in info.context["components"]:
                raise ValueError(unknown("component", name, info.context["components"]))
            if not ("a" <= name[:1] <= "z"):
                raise ValueError(f"component {name!r} must begin with a letter from a to z: names are made of it")
            same = [other for other in value if other != name and other[:1] == name[0]]
            if same:
                raise ValueError(
                    f"components {name!r} and {same[0]!r} both begin with {name[0]!r}, so names such as "
                    f"{name[0]}50{name[0]}50 would not tell them apart; rename one, or list the mixtures with names"
                )
        return value

    @field_validator("totals")
    @classmethod
    def _totals_differ(cls, value: list[int]) -> list[int]:
        _all_different(value, "total")
        return value

    @model_validator(mode="after")
    def _not_too_many(self) -> "Design":
        points = comb(self.lattice + len(self.over) - 1, len(self.over) - 1)
        if points * len(self.totals) > MOST_MIXTURES:
            raise ValueError(f"stands for {points * len(self.totals)} mixtures, at most {MOST_MIXTURES} are made")
        for shares in self.extra:
            for name in shares:
                if name not in self.over:
                    raise ValueError(f"extra: {unknown('component of over', name, self.over)}")
        names = [point_name(shares) for shares in self.points()]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"extra: {name} is there already, in the lattice or before it in extra")
        return self

    def points(self) -> list[dict[str, Fraction]]:
        """Return the shares of every point: the lattice, then the extra ones."""
        extra = [{name: shares.get(name, Fraction(0)) for name in self.over} for shares in self.extra]
        return [*lattice(self.lattice, self.over), *extra]


class Entry(Strict):
    """One item of `mixtures`: a mixture, one at several totals, or a design."""

    name: str | None = Field(default=None, pattern=NAME)
    """Lower case with underscores; a design names its mixtures itself."""

    shares: Shares | None = None
    """Share of the total for each component; exact, and their sum is 1."""

    total: Positive | None = None
    """How much is in the mixture, in the file's `unit`."""

    totals: list[Positive] | None = Field(default=None, min_length=1)
    """Instead of `total`: one mixture for each, with the total after the name, as in half_4000."""

    counts: dict[str, Whole] | None = Field(default=None, min_length=1)
    """How much of each component, instead of shares."""

    take: Takes | None = None
    """Share of what each component has, instead of shares."""

    design: Design | None = None
    """Instead of all of the above."""

    @field_validator("shares", "counts", "take")
    @classmethod
    def _names_are_components(cls, value: dict[str, Any] | None, info: ValidationInfo) -> dict[str, Any] | None:
        if value is not None and info.context and "components" in info.context:
            same_names(value, info.context["components"], "component")
        return value

    @field_validator("counts")
    @classmethod
    def _not_all_zero(cls, value: dict[str, int] | None) -> dict[str, int] | None:
        return not_all_zero(value)

    @field_validator("take")
    @classmethod
    def _takes_something(cls, value: dict[str, Fraction] | None) -> dict[str, Fraction] | None:
        return not_all_zero(value, "shares")

    @field_validator("totals")
    @classmethod
    def _totals_differ(cls, value: list[int] | None) -> list[int] | None:
        _all_different(value or [], "total")
        return value

    @model_validator(mode="after")
    def _one_way_to_say_how_much(self) -> "Entry":
        given = {name for name in type(self).model_fields if getattr(self, name) is not None}
        ways = [{"name", *rest} for rest in (("shares", "total"), ("shares", "totals"), ("counts",), ("take",))]
        if given not in (*ways, {"design"}):
            raise ValueError(
                "give name, shares and total (or totals); or name and counts; or name and take; or design alone"
            )
        return self


class Replicates(Strict):
    """The same mixtures again with other seeds; needed to tell a mixture's effect from chance."""

    seeds: list[Whole] = Field(min_length=1)
    """One mixture for each, with the seed after the name, as in half_s0."""

    vary: list[Literal["selection", "training"]] = Field(default=["selection", "training"], min_length=1)
    """What follows the seed: which rows are chosen, their order, or both; what does not has the first seed."""

    @field_validator("seeds", "vary")
    @classmethod
    def _all_differ(cls, value: list[Any]) -> list[Any]:
        _all_different(value, "value")
        return value


class MixtureFile(Mixture):
    """A mixture file: one mixture, or with `mixtures` and `replicates` many that share sources and components."""

    mixtures: list[Entry] | None = Field(default=None, min_length=1)
    """Several mixtures, instead of `shares` and `total`, `counts` or `take`."""

    replicates: Replicates | None = None
    """Seeds, instead of `seed` and `training_seed`; every mixture of the file is made with each."""

    @model_validator(mode="after")
    def _one_way_to_say_how_much(self) -> "MixtureFile":
        alone = (self.shares, self.total, self.counts, self.take)
        if self.mixtures is None:
            if not says_how_much(self):
                raise ValueError(HOW_MUCH)
        elif any(value is not None for value in alone):
            raise ValueError("with mixtures, say how much in each of its items, not with shares, total, counts or take")
        if self.replicates and self.model_fields_set & {"seed", "training_seed"}:
            raise ValueError("give either replicates or seed and training_seed")
        names = [f"{amount.name}{seeds.suffix}" for amount, seeds in product(_amounts(self), _seeds(self))]
        if len(names) > MOST_MIXTURES:
            raise ValueError(f"stands for {len(names)} mixtures, at most {MOST_MIXTURES} are made")
        _all_different(names, "mixtures: name")
        return self


class _Amount(NamedTuple):
    name: str
    shares: dict[str, Fraction] | None
    total: int | None
    counts: dict[str, int] | None
    take: dict[str, Fraction] | None = None


class _Seeds(NamedTuple):
    suffix: str
    selection: int
    training: int | None


def expand(file: MixtureFile) -> list[Mixture]:
    """Return every mixture that `file` stands for, in the order of the file, seeds innermost.

    The list depends on the file alone. Names differ, and stay what they are when items are added.
    """
    shared = {name: getattr(file, name) for name in Mixture.model_fields if name in file.model_fields_set}
    made = []
    for amount, seeds in product(_amounts(file), _seeds(file)):
        own: dict[str, Any] = {
            "name": amount.name + seeds.suffix,
            "seed": seeds.selection,
            "training_seed": seeds.training,
            "shares": amount.shares,
            "total": amount.total,
            "counts": amount.counts,
            "take": amount.take,
        }
        made.append(Mixture.model_construct(**shared | own))
    return made


def _amounts(file: MixtureFile) -> Iterator[_Amount]:
    if file.mixtures is None:
        yield _Amount(file.name, file.shares, file.total, file.counts, file.take)
    for entry in file.mixtures or []:
        if entry.design is not None:
            for shares, total in product(entry.design.points(), entry.design.totals):
                everywhere = {name: shares.get(name, Fraction(0)) for name in file.components}
                yield _Amount(f"{point_name(shares)}_{total}", everywhere, total, None)
        else:
            assert entry.name is not None
            if entry.totals is None:
                yield _Amount(entry.name, entry.shares, entry.total, entry.counts, entry.take)
            for total in entry.totals or []:
                yield _Amount(f"{entry.name}_{total}", entry.shares, total, None)


def _seeds(file: MixtureFile) -> list[_Seeds]:
    if file.replicates is None:
        return [_Seeds("", file.seed, file.training_seed)]
    seeds, vary = file.replicates.seeds, file.replicates.vary
    return [
        _Seeds(
            f"_s{seed}",
            seed if "selection" in vary else seeds[0],
            seed if "training" in vary else seeds[0],
        )
        for seed in seeds
    ]
