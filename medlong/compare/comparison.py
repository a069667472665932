"""The comparison: results joined to runs, mixtures and base models, measured, ready for any report."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from medlong.catalog import unknown
from medlong.compare.checks import check_books, check_once, check_versions, missing_items
from medlong.compare.entries import Entry, find_base, named
from medlong.compare.evidence import Evidence, Unmatched, read_evidence
from medlong.compare.faults import Faults
from medlong.compare.knowledge import SCHEMA as KNOWLEDGE
from medlong.compare.knowledge import check_tasks, known, parse
from medlong.compare.measure import Cell, arm_order, measure, sit
from medlong.compare.others import SCHEMA as OTHERS
from medlong.compare.others import scores
from medlong.compare.samples import primary
from medlong.errors import DataError


@dataclass(frozen=True, slots=True, order=True)
class Exam:
    """One set of items under one scoring: what one table is about."""

    family: str
    """Task name without its arm, such as `medlong_openbook_letter`."""
    bank: str
    bank_version: str
    scoring: str


@dataclass(frozen=True, slots=True)
class Group:
    """One base and the models compared with it on one exam; `entries` has the base first."""

    exam: Exam
    base: Entry
    entries: tuple[Entry, ...]
    arms: tuple[str, ...]
    cells: dict[tuple[str, str], Cell]
    """By entry key and arm; an absent key was not evaluated."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything a report needs."""

    groups: tuple[Group, ...]
    samples: pl.DataFrame
    """One row an item, arm, model and answer filter; column `entry` is the key of the model."""
    notes: tuple[str, ...]
    """What the reader must know beside the numbers: assumptions made, things left out."""
    others: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=OTHERS))
    """Scores of other lm_eval tasks of the same models, with the columns of `medlong.compare.others.SCHEMA`."""
    unmatched: Unmatched = field(default_factory=Unmatched)
    """What was found on one side only."""
    knowledge: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=KNOWLEDGE))
    """Single questions of the tasks that knowledge is taken from; empty where it is the closed book of each exam."""


def load(
    folders: Sequence[Path],
    *,
    scoring: str | None = None,
    kinds: Sequence[str] = (),
    base: str | None = None,
    allow_partial: bool = False,
    knowledge: Sequence[str] = (),
) -> Comparison:
    """Return the comparison of everything found under `folders`.

    Args:
        folders: Scanned with all they contain.
        scoring: Keep only exams of this scoring; None keeps all, one group each.
        kinds: Keep only items of these kinds; empty keeps all.
        base: Name of the row that all others are compared with, in place of each run's base model.
        allow_partial: Compare on shared items when models were not all asked the same ones.
        knowledge: Tasks whose mean score is taken for knowledge, each `TASK`, `TASK:METRIC` or `TASK:METRIC,FILTER`;
            empty takes the closed book of each exam.

    Raises:
        DataError: With every fault at once, when the files cannot be joined without guessing.
    """
    evidence = read_evidence(folders)
    samples = _of_kinds(_of_scoring(evidence.samples, scoring), kinds)
    wanted = [parse(text) for text in knowledge]
    check_tasks(wanted, samples, evidence.others)
    kept = set(samples["entry"].unique())
    entries = [entry for entry in evidence.entries if entry.key in kept]
    faults, notes = Faults(), evidence.unmatched.notes()
    if kinds:
        notes.insert(0, f"only items of the kinds {', '.join(sorted(set(kinds)))} are compared")
    check_once(samples, {entry.key: entry.name for entry in entries}, faults)
    families = _families(entries, base, faults, notes)
    counted = primary(samples)
    for first, others in families:
        _check_family(counted, first, others, allow_partial, faults, notes)
    apart, questions = scores(evidence.others, families, faults, {one.task for one in wanted})
    faults.raise_if_any()
    compared = [entry for first, others in families if others for entry in (first, *others)]
    shown = known(wanted, counted, questions, compared)
    groups = [group for first, others in families for group in _groups(counted, first, others)]
    notes += [note for group in groups for note in _overlength(group)]
    notes += _templates(evidence, families)
    if not apart.is_empty():
        notes.append(f"other lm_eval tasks, not in the tables of the exam: {', '.join(sorted(set(apart['task'])))}")
    unmatched = replace(evidence.unmatched, arms=tuple(arm for group in groups for arm in _lacking(group)))
    return Comparison(tuple(groups), samples, tuple(dict.fromkeys(notes)), apart, unmatched, shown)


def _of_scoring(samples: pl.DataFrame, scoring: str | None) -> pl.DataFrame:
    if scoring is None:
        return samples
    found = samples["scoring"].unique().sort().to_list()
    if scoring not in found:
        raise DataError(f"--scoring {scoring}: no results of it; found: {', '.join(found)}")
    return samples.filter(pl.col("scoring") == scoring)


def _of_kinds(samples: pl.DataFrame, kinds: Sequence[str]) -> pl.DataFrame:
    if not kinds:
        return samples
    found = samples["kind"].unique().to_list()
    for kind in kinds:
        if kind not in found:
            raise DataError(f"--kind: {unknown('kind', kind, found)}")
    return samples.filter(pl.col("kind").is_in(list(kinds)))


def _families(
    entries: list[Entry], base: str | None, faults: Faults, notes: list[str]
) -> list[tuple[Entry, list[Entry]]]:
    """Pairs of a base and what is compared with it; every entry is in exactly one."""
    if base is not None:
        found = named(base, entries)
        if len(found) != 1:
            names = [entry.name if not found else entry.key for entry in found or entries]
            message = unknown("result", base, names) if not found else f"{base!r} means several: {', '.join(names)}"
            raise DataError(f"--base: {message}")
        return [(found[0], [entry for entry in entries if entry is not found[0]])]
    families: dict[str, tuple[Entry, list[Entry]]] = {e.key: (e, []) for e in entries if e.run is None}
    for entry in entries:
        if entry.run is not None and (first := find_base(entry, entries, faults, notes)):
            families[first.key][1].append(entry)
    return list(families.values())


def _check_family(
    samples: pl.DataFrame, base: Entry, others: list[Entry], allow_partial: bool, faults: Faults, notes: list[str]
) -> None:
    rows = samples.filter(pl.col("entry").is_in([base.key, *(entry.key for entry in others)]))
    check_versions(rows, faults)
    check_books(rows, base, others, faults)
    for entry, text in missing_items(rows, [base, *others]):
        if allow_partial:
            notes.append(f"{entry.name} {text}; differences use the items both models were asked")
        else:
            file = rows.filter(pl.col("entry") == entry.key)["results"].min()
            remedy = "evaluate all models on the same tasks and items, or compare what is shared with --allow-partial"
            faults.add(Path(str(file)), f"{entry.name} {text}; {remedy}")


def _groups(samples: pl.DataFrame, base: Entry, others: list[Entry]) -> list[Group]:
    keys = [base.key, *(entry.key for entry in others)]
    rows = samples.filter(pl.col("entry").is_in(keys))
    exams = rows.partition_by("family", "bank", "bank_version", "scoring", as_dict=True)
    return [_group(part, Exam(*exam), base, others) for exam, part in sorted(exams.items(), key=lambda pair: pair[0])]


def _group(rows: pl.DataFrame, exam: Exam, base: Entry, others: list[Entry]) -> Group:
    sat = {str(key): part for (key,), part in rows.partition_by("entry", as_dict=True).items()}
    nothing = rows.clear()
    reference = sit(sat.get(base.key, nothing))
    cells: dict[tuple[str, str], Cell] = {}
    for entry in [base, *others]:
        own = sat.get(entry.key, nothing)
        for arm, cell in measure(own, None if entry is base else reference).items():
            cells[entry.key, arm] = cell
    lengths = {cell.arm: cell.length for cell in cells.values()}
    arms = tuple(sorted(lengths, key=lambda arm: arm_order(arm, lengths[arm])))
    return Group(exam, base, (base, *others), arms, cells)


def _lacking(group: Group) -> list[tuple[str, str]]:
    return [
        (entry.name, f"{group.exam.family}_{arm}")
        for entry in group.entries
        for arm in group.arms
        if (entry.key, arm) not in group.cells
    ]


def _overlength(group: Group) -> list[str]:
    names = {entry.key: entry.name for entry in group.entries}
    return [
        f"{names[key]}: {cell.n_overlength} of {cell.n_items} items of {group.exam.family}_{arm} are longer than its "
        "window and not counted"
        for (key, arm), cell in group.cells.items()
        if cell.n_overlength
    ]


def _templates(evidence: Evidence, families: list[tuple[Entry, list[Entry]]]) -> list[str]:
    return [
        f"{entry.name} and {base.name} were asked with different chat templates"
        for base, others in families
        for entry in others
        if evidence.templates[entry.key] != evidence.templates[base.key]
    ]
