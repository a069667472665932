"""Items from the groups of the facts: the four options of a group serve its four questions."""

from medlong.exam.bank import Item
from medlong.exam.formulary.facts import Drug, Facts, Group
from medlong.exam.formulary.prose_en import Names, answer, page_id, question


def draw_items(facts: Facts, names: Names) -> tuple[Item, ...]:
    """Return the items, group after group in the order of `facts.groups`."""
    return tuple(item for group in facts.groups for item in _group_items(group, names))


def _group_items(group: Group, names: Names) -> list[Item]:
    # Each option is right for exactly one drug of the four, so a rule that sees options alone gets 1/4.
    options = [answer(group, drug) for drug in group.drugs]
    name = f"{group.kind}-{group.number:03d}"
    items = []
    for place, drug in enumerate(group.drugs):
        others = [other for other in group.drugs if other is not drug]
        items.append(
            Item(
                id=f"{name}-{place}",
                kind=group.kind,
                question=question(group, drug, names),
                answer=options[place],
                distractors=tuple(option for option in options if option != options[place]),
                gold=_gold(group, drug),
                near=tuple(page for other in others for page in _gold(group, other)[-1:]),
                group=name,
            )
        )
    return items


def _gold(group: Group, drug: Drug) -> tuple[str, ...]:
    """Return the ids of the pages that answer; the last is the one that states the option."""
    monograph = page_id(drug)
    return (monograph, page_id(drug.drug_class)) if group.kind == "two_hop" else (monograph,)
