"""A section for a model card: what the exam found, with the metadata that the hub reads."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from medlong.catalog import unknown
from medlong.compare.analysis import Analysis
from medlong.compare.comparison import Comparison, Group
from medlong.compare.entries import Entry, named
from medlong.compare.inference import analysis_of
from medlong.compare.inferred import verdict
from medlong.compare.score_tables import ACCURACY, DIFFERENCE, group_title
from medlong.compare.sheet import NOTHING, Sheet, change, score
from medlong.compare.table import pipes
from medlong.errors import DataError, MissingPackageError

_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")


def model_card(comparison: Comparison, analyses: Sequence[Analysis] = (), name: str | None = None) -> str:
    """Return the Markdown of one model, its metadata (a `model-index`) at the top.

    Args:
        comparison: Where its scores are.
        analyses: Where the verdict is.
        name: Which model: the name of its row, or its run id; may be None where only one was trained.

    Raises:
        DataError: If there is no such model, or several could be meant.
        MissingPackageError: If huggingface_hub is not installed.
    """
    entry = _entry(comparison, name)
    groups = [group for group in comparison.groups if entry in group.entries]
    blocks = [f"---\n{_metadata(entry, groups)}\n---", "## Open-book medical exam (medlong)", *_trained_on(entry)]
    for group in groups:
        analysis = analysis_of(group, analyses)
        blocks += [f"### {group_title(group)}", pipes(_sheet(group, entry)), f"{ACCURACY} Difference: {DIFFERENCE}"]
        blocks += verdict(analysis) if analysis else []
    return "\n\n".join(blocks) + "\n"


def _entry(comparison: Comparison, name: str | None) -> Entry:
    entries = list({entry.key: entry for group in comparison.groups for entry in group.entries}.values())
    trained = [entry for entry in entries if entry.run is not None]
    found = named(name, entries) if name is not None else trained
    if len(found) == 1:
        return found[0]
    names = [entry.name for entry in found or entries]
    if name is not None and not found:
        raise DataError(f"--entry: {unknown('model', name, names)}")
    raise DataError(f"--model-card is of one model; choose with --entry: {', '.join(names)}")


def _metadata(entry: Entry, groups: Sequence[Group]) -> str:
    try:
        from huggingface_hub import EvalResult, ModelCardData
    except ModuleNotFoundError:
        message = "--model-card needs the package huggingface_hub; install it with: pip install huggingface_hub"
        raise MissingPackageError(message) from None
    results = [
        EvalResult(
            task_type="question-answering",
            dataset_type="medlong",
            dataset_name=f"{group.exam.family} ({group.exam.bank})",
            dataset_config=arm,
            dataset_revision=group.exam.bank_version,
            metric_type="accuracy",
            metric_name=f"accuracy ({arm})",
            metric_value=round(cell.accuracy.value, 6),
            metric_args=_arguments(group, cell.accuracy.se, cell.accuracy.n),
        )
        for group in groups
        for arm in group.arms
        if (cell := group.cells.get((entry.key, arm))) and cell.accuracy.n
    ]
    base = entry.run.record.base_model if entry.run else ""
    hub = base if _HUB_NAME.fullmatch(base) and not Path(base).exists() else None
    data = ModelCardData(model_name=entry.name, base_model=hub, tags=["medical", "long-context"], eval_results=results)
    return str(data.to_yaml()).strip()


def _arguments(group: Group, se: float, n: int) -> dict[str, Any]:
    found: dict[str, Any] = {"scoring": group.exam.scoring, "items": n}
    return found if se != se else found | {"standard_error": round(se, 6)}  # nan is not equal to itself


def _trained_on(entry: Entry) -> list[str]:
    if entry.mixture is None:
        return []
    shares = ", ".join(f"{100 * share:.1f} % {name}" for name, share in entry.mixture.shares.items())
    mixture = entry.mixture
    return [
        f"Trained on the mixture {mixture.name} (`{mixture.mixture_id}`): {mixture.total} {mixture.unit}, {shares}."
    ]


def _sheet(group: Group, entry: Entry) -> Sheet:
    rows = []
    for arm in group.arms:
        own, base = group.cells.get((entry.key, arm)), group.cells.get((group.base.key, arm))
        cells = [score(cell.accuracy) if cell else NOTHING for cell in (own, base)]
        rows.append([arm, *cells, change(own.difference) if own else NOTHING])
    return Sheet("", ["arm", entry.name, f"{group.base.name} (base)", "difference"], rows, 1, "")
