"""English pages and questions from the facts."""

from dataclasses import dataclass

from medlong.exam.bank import Page
from medlong.exam.formulary import templates_en as t
from medlong.exam.formulary import vocabulary as v
from medlong.exam.formulary.facts import Drug, DrugClass, Facts, Group, pick
from medlong.exam.formulary.names_en import class_names, drug_names
from medlong.exam.formulary.words_en import dose, hours, listing, word


@dataclass(frozen=True, slots=True)
class Names:
    """What the drugs and classes are called, by number."""

    drugs: tuple[str, ...]
    classes: tuple[str, ...]
    """Plural, lower case."""


def name_all(facts: Facts) -> Names:
    """Return the English names of everything in `facts`."""
    classes = class_names(len(facts.classes))
    return Names(drug_names(len(facts.drugs), classes), classes)


def page_id(subject: Drug | DrugClass) -> str:
    """Return the id of the page about `subject`, the same in every language."""
    return f"{'drug' if isinstance(subject, Drug) else 'class'}-{subject.number:04d}"


def monograph(drug: Drug, names: Names) -> Page:
    """Return the page about `drug`: a heading line, then one or more lines of sections."""
    slots = _slots(drug, names)
    told = [[_sentence(section, drug, slots) for section in family] for family in drug.told]
    lines = [f"# {names.drugs[drug.number]}"]
    layout = drug.style % 4
    if layout == 0:
        lines.extend(" ".join(family) for family in told)
    elif layout == 1:
        lines.extend(sentence for family in told for sentence in family)
    elif layout == 2:
        lines.append(" ".join(sentence for family in told for sentence in family))
    else:
        lines.append(" ".join(told[0]))
        lines.extend(_labelled(*family, drug) for family in zip(drug.told[1:], told[1:], strict=True))
    return Page(page_id(drug), "\n".join(lines))


def _labelled(sections: tuple[str, ...], sentences: list[str], drug: Drug) -> str:
    family = next(family for family, members in v.FAMILIES.items() if sections[0] in members)
    return f"{pick(t.LABELS[family], 'label', drug.number, family)}: {' '.join(sentences)}"


def chapter(drug_class: DrugClass, names: Names) -> Page:
    """Return the page about a class; it forbids a substance and names no drug."""
    classes = names.classes[drug_class.number]
    key = ("chapter", drug_class.number)
    slots = {
        "classes": classes,
        "avoid": word(drug_class.avoid),
        "target": drug_class.target,
        "site": word(drug_class.site),
        "use": word(drug_class.use),
        "caution": word(drug_class.caution),
        "withdrawal": word(drug_class.withdrawal).format(weeks=drug_class.weeks),
        "weeks": drug_class.weeks,
    }
    body = [t.CHAPTER_MECHANISM, t.CHAPTER_AVOID, t.CHAPTER_REST, t.CHAPTER_EXTRA]
    turn = pick(range(len(body)), *key, "turn")
    chosen = [t.CHAPTER_OPENING, *body[turn:], *body[:turn]]
    sentences = [pick(variants, *key, place).format_map(slots) for place, variants in enumerate(chosen)]
    separator = pick((" ", "\n"), *key, "separator")
    return Page(page_id(drug_class), f"# {classes.capitalize()}\n{separator.join(sentences)}")


def question(group: Group, drug: Drug, names: Names) -> str:
    """Return what is asked of `drug`; the four of a group are asked in the same words."""
    variants = t.QUESTIONS[group.attribute or group.kind]
    return pick(variants, "question", group.kind, group.number).format(name=names.drugs[drug.number])


def answer(group: Group, drug: Drug) -> str:
    """Return the right option for `drug` in `group`, worded as on the page."""
    if group.kind == "two_hop":
        return word(drug.drug_class.avoid)
    if group.kind == "exception":
        return word(drug.absent)
    return _values(drug)[group.attribute]


def _values(drug: Drug) -> dict[str, str]:
    """Return the value of each attribute that `lookup` can ask for."""
    return {
        "indication": word(drug.indication),
        "dose": dose(drug.dose),
        "child": dose(drug.child, "mg/kg"),
        "renal": dose(drug.renal),
        "half_life": hours(drug.half_life),
        "storage": word(drug.storage),
        "monitoring": word(drug.monitoring),
        "antidote": word(drug.antidote),
        "elimination": word(drug.elimination),
        "contraindication": word(drug.contraindication),
    }


def _sentence(section: str, drug: Drug, slots: dict[str, str]) -> str:
    sentence = pick(t.SECTIONS[section], "wording", drug.number, section).format_map(slots)
    return sentence[0].upper() + sentence[1:]


def _slots(drug: Drug, names: Names) -> dict[str, str]:
    """Return the words for every slot of the section templates."""
    number, kind = drug.number, drug.drug_class
    free: dict[str, tuple[str, ...]] = {
        "hepatic": v.HEPATIC,
        "pregnancy": v.PREGNANCY,
        "breastfeeding": v.BREASTFEEDING,
        "timing": v.TIMING,
        "form": v.FORMS,
        "missed": v.MISSED,
        "driving": v.DRIVING,
    }
    amounts: dict[str, tuple[int, ...]] = {
        "weeks": (2, 3, 4, 6),
        "years": (2, 4, 6, 8),
        "percent": (3, 5, 8, 12, 17),
        "peak": v.PEAK_MIN,
        "bound": v.BOUND_PERCENT,
        "pack": (14, 28, 30, 56, 60),
    }
    return {
        **_values(drug),
        **{slot: word(pick(keys, number, slot)) for slot, keys in free.items()},
        **{slot: str(pick(values, number, slot)) for slot, values in amounts.items()},
        "name": names.drugs[number],
        "classes": names.classes[kind.number],
        "effects": listing(drug.effects),
        "absent": word(drug.absent),
        "interaction": word(pick(v.INTERACTION_RESULTS, number, "result")).format(drugs=word(drug.interaction)),
        "acts": word(kind.action),
        "target": kind.target,
        "site": word(kind.site),
    }
