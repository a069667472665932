"""The source `pharmacology_embedded`: what the exam `medlong_pharmacology` asks, told in other words than the exam's.

A training on it puts facts into a model that the closed-book arm of that exam then finds, so what a training on
medicine gives, and what it costs in reading long context, can be measured on one small model. Facts come from the
exam's own table of real drugs; no question, option list or page of the exam is among the rows.
"""

from collections.abc import Iterator

from medlong.exam.pharmacology.data import Drug, Kind, Table, load
from medlong.mixing.embedded.row import Row, ask, distinct

LANGUAGE = "en"

OVERVIEWS = (
    "Sum up {name} for a pharmacology lesson.",
    "What should a student of medicine know about {name}?",
)

QUESTIONS: dict[Kind, tuple[str, ...]] = {
    "mechanism": ("How does {name} work?", "By what mechanism does {name} have its effect?"),
    "indication": ("What is {name} used for above all?", "What does a doctor prescribe {name} for?"),
    "adverse_effect": ("What harm is {name} known for?", "Name the typical side effect of {name}."),
    "contraindication": ("When must {name} not be given?", "What rules out treatment with {name}?"),
    "antidote": ("What reverses {name}?", "What is given after an overdose of {name}?"),
    "interaction": ("What should not be combined with {name} without care?", "What does {name} interact with?"),
    "monitoring": ("What is checked while a patient takes {name}?", "What has to be watched under {name}?"),
}

SENTENCES: dict[Kind, str] = {
    "mechanism": "Mechanism: {value}.",
    "indication": "Used for: {value}.",
    "adverse_effect": "Typical side effect: {value}.",
    "contraindication": "Not to be given in: {value}.",
    "antidote": "Reversed by: {value}.",
    "interaction": "Interacts with: {value}.",
    "monitoring": "To be watched: {value}.",
}


def rows() -> Iterator[Row]:
    """Yield every row, always the same in the same order: of each drug two summaries, then each fact twice."""
    table = load()
    return distinct(row for drug in table.drugs.values() for row in _about(table, drug))


def _about(table: Table, drug: Drug) -> Iterator[Row]:
    name = drug.name.in_(LANGUAGE)
    facts = {kind: table.values[kind][fact.value].in_(LANGUAGE) for kind, fact in drug.facts().items()}
    told = [f"Class of {name}: {drug.drug_class.in_(LANGUAGE)}."]
    told += [SENTENCES[kind].format(value=value) for kind, value in facts.items()]
    for overview in OVERVIEWS:
        yield ask(overview.format(name=name), " ".join(told))
    for kind, value in facts.items():
        for question in QUESTIONS[kind]:
            yield ask(question.format(name=name), _capital(value) + ".")


def _capital(phrase: str) -> str:
    return phrase[0].upper() + phrase[1:]
