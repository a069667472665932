"""The comparison as CSV: one row a model and arm, with columns that later versions only add to."""

import csv
import io
import math

from medlong.compare.comparison import Comparison, Group
from medlong.compare.entries import Entry
from medlong.compare.measure import Cell
from medlong.compare.statistics import Estimate

COLUMNS = (
    "family",
    "scoring",
    "bank",
    "bank_version",
    "base",
    "run",
    "is_base",
    "run_id",
    "model",
    "seed",
    "mixture",
    "mixture_id",
    "general_share",
    "medical_share",
    "other_shares",
    "total",
    "unit",
    "arm",
    "length",
    "n_items",
    "n_overlength",
    "n_no_answer",
    "n_counted",
    "n_clusters",
    "accuracy",
    "accuracy_se",
    "accuracy_low",
    "accuracy_high",
    "wilson_low",
    "wilson_high",
    "difference_n",
    "difference_clusters",
    "difference",
    "difference_se",
    "difference_low",
    "difference_high",
    "net_n",
    "net_clusters",
    "net",
    "net_se",
    "net_low",
    "net_high",
)


def to_csv(comparison: Comparison) -> str:
    """Return the comparison as CSV with the columns `COLUMNS`; shares and scores are fractions of 1."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for group in comparison.groups:
        for entry in group.entries:
            for arm in group.arms:
                cell = group.cells.get((entry.key, arm))
                if cell:
                    writer.writerow(_about(group, entry) | _scores(cell))
    return text.getvalue()


def _about(group: Group, entry: Entry) -> dict[str, object]:
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
        "seed": run.record.seed if run else "",
        "mixture": mixture.name if mixture else "",
        "mixture_id": mixture.mixture_id if mixture else "",
        "general_share": _number(shares.get("general", 0.0)) if mixture else "",
        "medical_share": _number(shares.get("medical", 0.0)) if mixture else "",
        "other_shares": ";".join(f"{name}={_number(share)}" for name, share in others.items()),
        "total": mixture.total if mixture else "",
        "unit": mixture.unit if mixture else "",
    }


def _scores(cell: Cell) -> dict[str, object]:
    return {
        "arm": cell.arm,
        "length": cell.length,
        "n_items": cell.n_items,
        "n_overlength": cell.n_overlength,
        "n_no_answer": "" if cell.n_no_answer is None else cell.n_no_answer,
        "n_counted": cell.accuracy.n,
        "n_clusters": cell.accuracy.clusters,
        **_estimate("accuracy", cell.accuracy),
        "wilson_low": _number(cell.rate.low),
        "wilson_high": _number(cell.rate.high),
        **_change("difference", cell.difference),
        **_change("net", cell.net),
    }


def _change(name: str, estimate: Estimate | None) -> dict[str, object]:
    if estimate is None:
        return {}
    return {f"{name}_n": estimate.n, f"{name}_clusters": estimate.clusters, **_estimate(name, estimate)}


def _estimate(name: str, estimate: Estimate) -> dict[str, object]:
    values = {"": estimate.value, "_se": estimate.se, "_low": estimate.low, "_high": estimate.high}
    return {f"{name}{suffix}": _number(value) for suffix, value in values.items()}


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.6f}"
