"""The facts of the formulary, drawn from keyed hashes: drugs, classes, and who is asked what.

Nothing here belongs to a language, so every language tells the same facts and asks the same items.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from medlong.exam.formulary import vocabulary as v
from medlong.hashing import keyed, keyed_order

T = TypeVar("T")

SEED = "formulary-1"
"""Part of every hash: another seed is another formulary, and a new major version of the bank."""

N_DRUGS = 1500
N_CLASSES = 84
KINDS = ("lookup", "two_hop", "exception")
GROUPS_PER_KIND = 35
GROUP_SIZE = 4


@dataclass(frozen=True, slots=True)
class Dose:
    """An amount and how often it is given."""

    amount: int
    """Milligrams, or milligrams per kilogram for a child."""

    per_day: int = 0
    """Times a day; 0 where the interval is longer than a day."""

    every_h: int = 0
    """Hours between doses; 0 where `per_day` says it."""


@dataclass(frozen=True, slots=True)
class DrugClass:
    """What a class chapter tells, and what its members share."""

    number: int
    avoid: str
    """The substance that must not be taken with any member."""

    action: str
    target: str
    """An invented receptor, the same letters in every language."""

    site: str
    use: str
    caution: str
    withdrawal: str
    weeks: int


@dataclass(frozen=True, slots=True)
class Drug:
    """Everything true of one drug, and which of it the monograph tells."""

    number: int
    drug_class: DrugClass
    indication: str
    dose: Dose
    child: Dose
    renal: Dose
    half_life: int
    """Hours."""

    storage: str
    monitoring: str
    antidote: str
    elimination: str
    contraindication: str
    effects: tuple[str, ...]
    """The three adverse effects that occur, in the order told."""

    absent: str
    """The adverse effect said not to occur."""

    interaction: str
    style: int
    """How the page is laid out: a keyed draw for the renderer to use."""

    told: tuple[tuple[str, ...], ...]
    """Sections in the order told, by family; the first tuple opens the page."""


@dataclass(frozen=True, slots=True)
class Group:
    """Four drugs asked the same, each one's value a distractor for the others."""

    kind: str
    number: int
    attribute: str
    """The section asked for; "" where the kind says it."""

    drugs: tuple[Drug, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """The whole formulary."""

    classes: tuple[DrugClass, ...]
    drugs: tuple[Drug, ...]
    groups: tuple[Group, ...]
    """Round-robin over `KINDS`."""


def pick(pool: Sequence[T], *key: object) -> T:
    """Return the member of `pool` that `key` draws."""
    return pool[keyed(SEED, *key) % len(pool)]


def draw_facts() -> Facts:
    """Return the formulary; the same in every process."""
    classes = tuple(_draw_class(number) for number in range(N_CLASSES))
    groups: list[Group] = []
    for number in range(GROUPS_PER_KIND):
        for kind in KINDS:
            groups.append(_draw_group(kind, number, len(groups) * GROUP_SIZE, classes))
    asked = [drug for group in groups for drug in group.drugs]
    others = [_draw_drug(number, classes) for number in range(len(asked), N_DRUGS)]
    return Facts(classes, (*asked, *others), tuple(groups))


def _draw_class(number: int) -> DrugClass:
    key = ("class", number)
    letters = "".join(pick("BDGKLMNPRTVX", *key, "letter", i) for i in range(3))
    # Substances are dealt round, so that each is forbidden by about as many classes as any other.
    dealt = keyed_order(v.AVOIDED, SEED, "avoid", number // len(v.AVOIDED))
    return DrugClass(
        number=number,
        avoid=dealt[number % len(v.AVOIDED)],
        action=pick(v.ACTIONS, *key, "action"),
        target=f"{letters}{1 + keyed(SEED, *key, 'digit') % 9}",
        site=pick(v.SITES, *key, "site"),
        use=pick(v.CLASS_USES, *key, "use"),
        caution=pick(v.CLASS_CAUTIONS, *key, "caution"),
        withdrawal=pick(v.WITHDRAWAL, *key, "withdrawal"),
        weeks=pick((2, 3, 4, 6, 8), *key, "weeks"),
    )


def _draw_drug(number: int, classes: Sequence[DrugClass], required: str = "") -> Drug:
    key = ("drug", number)
    effects = keyed_order(v.EFFECTS, SEED, *key, "effects")[:4]
    return Drug(
        number=number,
        drug_class=pick(classes, *key, "class"),
        indication=pick(v.INDICATIONS, *key, "indication"),
        dose=Dose(pick(v.DOSE_MG, *key, "dose"), per_day=pick((1, 2, 3), *key, "per_day")),
        child=Dose(pick(v.CHILD_MG_PER_KG, *key, "child"), per_day=pick((1, 2), *key, "child_per_day")),
        renal=Dose(pick(v.RENAL_MG, *key, "renal"), every_h=pick(v.RENAL_INTERVAL_H, *key, "renal_every")),
        half_life=pick(v.HALF_LIFE_H, *key, "half_life"),
        storage=pick(v.STORAGES, *key, "storage"),
        monitoring=pick(v.MONITORING, *key, "monitoring"),
        antidote=pick(v.ANTIDOTES, *key, "antidote"),
        elimination=pick(v.ELIMINATIONS, *key, "elimination"),
        contraindication=pick(v.CONTRAINDICATIONS, *key, "contraindication"),
        effects=tuple(effects[:3]),
        absent=effects[3],
        interaction=pick(v.INTERACTIONS, *key, "interaction"),
        style=keyed(SEED, *key, "style"),
        told=_draw_sections(number, required),
    )


def _draw_sections(number: int, required: str) -> tuple[tuple[str, ...], ...]:
    """Return which sections a monograph has; between its few duties and nearly everything."""
    richness = keyed(SEED, "drug", number, "richness") % 100
    # Squared, so that short monographs are common and very long ones rare, as in a real formulary.
    chance = 12 + richness * richness // 118
    families = [keyed_order(("class", "indication"), SEED, number, "opening")]
    for family in keyed_order(v.FAMILIES, SEED, number, "families"):
        told = [
            section
            for section in keyed_order(v.FAMILIES[family], SEED, number, family)
            if section in (*v.ALWAYS, required) or keyed(SEED, number, "told", section) % 100 < chance
        ]
        if told:
            families.append(told)
    return tuple(tuple(family) for family in families)


def _draw_group(kind: str, number: int, first: int, classes: Sequence[DrugClass]) -> Group:
    attribute = v.ATTRIBUTES[number % len(v.ATTRIBUTES)] if kind == "lookup" else ""
    drugs = [_draw_drug(first + place, classes, attribute) for place in range(GROUP_SIZE)]
    if kind == "lookup":
        drugs = _differ_in(attribute, drugs, number)
    elif kind == "two_hop":
        drugs = _differ_in_class(drugs, classes, number)
    else:
        drugs = _differ_in_absent_effect(drugs, number)
    return Group(kind, number, attribute, tuple(drugs))


def _differ_in(attribute: str, drugs: list[Drug], number: int) -> list[Drug]:
    """Return `drugs` with four values of `attribute`; doses keep one interval, so that amounts decide."""
    key = (SEED, "lookup", number)
    if attribute in ("dose", "child", "renal"):
        pool = {"dose": v.DOSE_MG, "child": v.CHILD_MG_PER_KG, "renal": v.RENAL_MG}[attribute]
        interval: Dose = getattr(drugs[0], attribute)
        values: list[Any] = [replace(interval, amount=amount) for amount in keyed_order(pool, *key)]
    else:
        values = keyed_order(_POOLS[attribute], *key)
    changes: list[dict[str, Any]] = [{attribute: value} for value in values[:GROUP_SIZE]]
    return [replace(drug, **change) for drug, change in zip(drugs, changes, strict=True)]


_POOLS: dict[str, tuple[object, ...]] = {
    "half_life": v.HALF_LIFE_H,
    "storage": v.STORAGES,
    "indication": v.INDICATIONS,
    "monitoring": v.MONITORING,
    "antidote": v.ANTIDOTES,
    "elimination": v.ELIMINATIONS,
    "contraindication": v.CONTRAINDICATIONS,
}


def _differ_in_class(drugs: list[Drug], classes: Sequence[DrugClass], number: int) -> list[Drug]:
    """Return `drugs` in four classes that forbid four substances; all classes are used about equally."""
    start = number * GROUP_SIZE
    # The deal of the classes repeats only after every class was asked once.
    deal = [*classes, *keyed_order(classes, SEED, "second deal")]
    chosen: list[DrugClass] = []
    for candidate in (*deal[start:], *deal):
        if len(chosen) < GROUP_SIZE and candidate.avoid not in {c.avoid for c in chosen}:
            chosen.append(candidate)
    return [replace(drug, drug_class=c) for drug, c in zip(drugs, chosen, strict=True)]


def _differ_in_absent_effect(drugs: list[Drug], number: int) -> list[Drug]:
    """Return `drugs` that share four effects, each lacking another one: options alone tell nothing."""
    shared = keyed_order(v.EFFECTS, SEED, "exception", number)[:4]
    return [
        replace(
            drug,
            absent=absent,
            effects=tuple(keyed_order((e for e in shared if e != absent), SEED, drug.number, "listed")),
        )
        for drug, absent in zip(drugs, shared, strict=True)
    ]
