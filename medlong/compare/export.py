"""The comparison as rows: one a model and arm, with columns that later versions only add to."""

import csv
import io
import math
from collections.abc import Sequence

import polars as pl

from medlong.compare.analysis import Analysis, Treatment
from medlong.compare.breakdown import own_knowledge
from medlong.compare.columns import COLUMNS, NAMES
from medlong.compare.comparison import Comparison, Group
from medlong.compare.entries import Entry
from medlong.compare.inference import analysis_of
from medlong.compare.measure import Cell
from medlong.compare.statistics import Estimate

__all__ = ["COLUMNS", "NAMES", "rows", "to_csv", "to_polars"]

Row = dict[str, str | int | float | None]

_TYPES = {"string": pl.String(), "integer": pl.Int64(), "number": pl.Float64()}


def to_csv(comparison: Comparison, analyses: Sequence[Analysis] = (), columns: Sequence[str] = NAMES) -> str:
    """Return the comparison as CSV with the columns named; shares and scores are fractions of 1."""
    return csv_of(rows(comparison, analyses), columns)


def csv_of(found: Sequence[Row], columns: Sequence[str] = NAMES) -> str:
    """Return rows as CSV; an empty cell means that there is no such number."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row[name]) for name in columns] for row in found)
    return text.getvalue()


def to_polars(comparison: Comparison, analyses: Sequence[Analysis] = ()) -> pl.DataFrame:
    """Return the same rows as a data frame, with null where there is no such number."""
    schema = {column.name: _TYPES[column.type] for column in COLUMNS}
    return pl.DataFrame(rows(comparison, analyses), schema=schema, orient="row")


def rows(comparison: Comparison, analyses: Sequence[Analysis] = ()) -> list[Row]:
    """Return one row a group, model and arm, with all of `COLUMNS` in their order; None is a number there is not."""
    found: list[Row] = []
    for group in comparison.groups:
        analysis = analysis_of(group, analyses)
        knowledge = own_knowledge(comparison, group)
        for entry in group.entries:
            about = _about(group, entry) | _inferred(analysis, entry)
            for arm in group.arms:
                cell = group.cells.get((entry.key, arm))
                if cell:
                    own = _estimate("own_knowledge", knowledge.get((entry.key, arm)))
                    tested = _tested(analysis, entry, arm)
                    row = about | _scores(cell) | own | tested
                    found.append({name: row.get(name) for name in NAMES})
    return found


def _cell(value: str | int | float | None) -> str:
    if isinstance(value, float):
        return f"{value:.6f}"
    return "" if value is None else str(value)


def _about(group: Group, entry: Entry) -> Row:
    run, mixture = entry.run, entry.mixture
    shares = mixture.shares if mixture else {}
    others = {name: share for name, share in shares.items() if name not in ("general", "medical")}
    return {
        "family": group.exam.family,
        "scoring": group.exam.scoring,
        "bank": group.exam.bank,
        "bank_version": group.exam.bank_version,
        "base": group.base.name,
        "run": entry.name,
        "is_base": int(entry is group.base),
        "run_id": run.record.run_id if run else "",
        "model": run.record.base_model if run else entry.model,
        "seed": run.record.seed if run else None,
        "mixture": mixture.name if mixture else "",
        "mixture_id": mixture.mixture_id if mixture else "",
        "general_share": shares.get("general", 0.0) if mixture else None,
        "medical_share": shares.get("medical", 0.0) if mixture else None,
        "other_shares": ";".join(f"{name}={share:.6f}" for name, share in others.items()),
        "total": mixture.total if mixture else None,
        "unit": mixture.unit if mixture else "",
    }


def _scores(cell: Cell) -> Row:
    return {
        "arm": cell.arm,
        "length": cell.length,
        "n_items": cell.n_items,
        "n_overlength": cell.n_overlength,
        "n_no_answer": cell.n_no_answer,
        "n_counted": cell.accuracy.n,
        "n_clusters": cell.accuracy.clusters,
        **_estimate("accuracy", cell.accuracy),
        "wilson_low": _number(cell.rate.low),
        "wilson_high": _number(cell.rate.high),
        **_change("difference", cell.difference),
        **_change("net", cell.net),
    }


def _inferred(analysis: Analysis | None, entry: Entry) -> Row:
    """What the analysis says of a model in all its arms."""
    if analysis is None:
        return {}
    treatment = _treatment(analysis, entry)
    row: Row = {
        "seed_sd": _number(analysis.seed_sd),
        "verdict": analysis.verdict.kind,
        "knowledge_tasks": ";".join(analysis.knowledge),
    }
    reading = analysis.readings.get(entry.key)
    if reading:
        low, high = reading.effective_interval
        row |= {"effective_length": reading.effective, "effective_low": _tokens(low), "effective_high": _tokens(high)}
    if treatment:
        row |= {
            "treatment": treatment.name,
            "treatment_seeds": treatment.seeds,
            **_estimate("knowledge", treatment.knowledge),
            **_estimate("long_context", treatment.long_context),
            **_estimate("balance", treatment.balance),
            "p_pareto": _number(treatment.p_pareto),
            "in_verdict": int(treatment.name in analysis.verdict.members),
        }
    return row


def _tested(analysis: Analysis | None, entry: Entry, arm: str) -> Row:
    """What the analysis says of a model in one arm."""
    row: Row = {}
    if analysis is None:
        return row
    reading, treatment = analysis.readings.get(entry.key), _treatment(analysis, entry)
    if reading:
        for name, found in (("difference", reading.differences.get(arm)), ("net", reading.net.get(arm))):
            if found:
                row |= {f"{name}_p": _number(found.p), f"{name}_p_holm": _number(found.p_holm)}
        row |= _estimate("gain", reading.gain.get(arm)) | _estimate("retention", reading.retention.get(arm))
    if treatment:
        row |= _estimate("treatment_difference", treatment.differences.get(arm))
        row |= _estimate("treatment_net", treatment.net.get(arm))
    return row


def _treatment(analysis: Analysis, entry: Entry) -> Treatment | None:
    return next((one for one in analysis.treatments if entry.key in one.entries), None)


def _change(name: str, estimate: Estimate | None) -> Row:
    if estimate is None:
        return {}
    return {f"{name}_n": estimate.n, f"{name}_clusters": estimate.clusters, **_estimate(name, estimate)}


def _estimate(name: str, estimate: Estimate | None) -> Row:
    if estimate is None:
        return {}
    values = {"": estimate.value, "_se": estimate.se, "_low": estimate.low, "_high": estimate.high}
    return {f"{name}{suffix}": _number(value) for suffix, value in values.items()}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _tokens(value: float) -> int | None:
    return None if math.isnan(value) else round(value)
