"""What the scanned JSON files say: training runs, mixtures and lm_eval results."""

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from medlong.compare.faults import Faults

ROUNDING = 1e-6
"""Difference of means that the order of adding up can make, and more."""

TASK_PREFIX = "medlong_"
NESTED = re.compile(r"checkpoint-\d+|merged")
"""Folders within that of a run."""


class Record(BaseModel):
    """The fields read from a file that a program wrote; other fields are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)


R = TypeVar("R", bound=Record)


class RunRecord(Record):
    """`medlong_run.json`: what one checkpoint was trained from."""

    medlong_run: Literal[1]
    run_id: str = Field(min_length=1)
    base_model: str = Field(min_length=1)
    recipe: str = ""
    mixture: str = ""
    mixture_id: str = ""
    seed: int | None = None
    soup: dict[str, Any] | None = None
    """Of weights that are an average of others: from which; they may have no mixture of their own."""


class Component(Record):
    """One component of a mixture manifest."""

    realised: dict[str, Any] | None
    """Amounts by unit; null for a component of which nothing was asked."""


class ManifestRecord(Record):
    """`manifest.json` of a mixture: what was really put in."""

    medlong_manifest: Literal[1]
    mixture_id: str = Field(min_length=1)
    name: str
    total: int | None = None
    unit: str = "examples"
    components: dict[str, Component]


class ResultsRecord(Record):
    """`results_<time>.json` of lm_eval: which model, which tasks, how many samples."""

    config: dict[str, Any]
    configs: dict[str, Any]
    results: dict[str, dict[str, Any]] = {}
    versions: dict[str, Any] = {}
    n_shot: dict[str, Any] = Field(default={}, alias="n-shot")
    group_subtasks: dict[str, list[str]] = {}
    n_samples: dict[str, dict[str, Any]] = Field(default={}, alias="n-samples")
    chat_template_sha: str | None = None

    def model_args(self) -> dict[str, Any]:
        """Return the model arguments as a mapping, however lm_eval was given them."""
        raw = self.config.get("model_args") or {}
        if isinstance(raw, dict):
            return raw
        pairs = (part.partition("=") for part in str(raw).split(","))
        return {key.strip(): value.strip() for key, equals, value in pairs if equals}

    def model(self) -> str:
        """Return the name or path of the evaluated model, as lm_eval was given it."""
        arguments = self.model_args()
        names = (arguments.get(key) for key in ("pretrained", "model", "path", "engine"))
        return str(next((name for name in names if name), self.config.get("model", "")))

    def tasks(self) -> list[str]:
        """Return the leaf tasks of medlong, sorted; other benchmarks are joined apart."""
        return sorted(task for task in self.configs if task.startswith(TASK_PREFIX))


@dataclass(frozen=True, slots=True)
class Run:
    """One training run, and where its record lies."""

    name: str
    record: RunRecord
    path: Path


@dataclass(frozen=True, slots=True)
class Mixture:
    """One mixture as realised: the share of each component sums to 1."""

    mixture_id: str
    name: str
    total: int
    unit: str
    shares: dict[str, float]


def read_runs(paths: list[Path], faults: Faults) -> dict[str, Run]:
    """Return the runs by run id.

    Records of one run that say the same about what was trained on what count once, be they
    copies or the same training done twice; contradicting ones are faults.
    """
    runs: dict[str, Run] = {}
    real = {path: Path(os.path.realpath(path)) for path in paths}
    for path in sorted(paths, key=lambda path: (len(real[path].parts), str(real[path]))):
        record = _read(path, RunRecord, faults)
        if record is None:
            continue
        known = runs.get(record.run_id)
        if known is None:
            runs[record.run_id] = Run(run_folder(path).name, record, path)
        elif _training(known.record) != _training(record):
            faults.add(path, f"says something else about run_id {record.run_id!r} than {known.path}; keep the true one")
    return _distinct_names(runs)


def read_mixtures(paths: list[Path], faults: Faults) -> dict[str, Mixture]:
    """Return the mixtures by mixture id; a `manifest.json` of another program is passed over.

    Manifests of one mixture must agree on its shares and total. Its name is no part of it: a
    renamed mixture has the same rows, and a run keeps the copy with the name it was trained under.
    """
    mixtures: dict[str, Mixture] = {}
    origin: dict[str, Path] = {}
    for path in paths:
        content = read_bytes(path, faults)
        if content is None or b'"medlong_manifest"' not in content:
            continue
        record = _read(path, ManifestRecord, faults)
        mixture = _mixture(path, record, faults) if record else None
        if mixture is None:
            continue
        known = mixtures.setdefault(mixture.mixture_id, mixture)
        first = origin.setdefault(mixture.mixture_id, path)
        if replace(known, name=mixture.name) != mixture:
            faults.add(path, f"says something else about mixture_id {mixture.mixture_id!r} than {first}; rebuild it")
    return mixtures


def read_run(path: Path, faults: Faults) -> RunRecord | None:
    """Return one run record, or None (with a fault recorded) when it is broken."""
    return _read(path, RunRecord, faults)


def read_results(path: Path, faults: Faults) -> ResultsRecord | None:
    """Return an lm_eval results file, or None (with a fault recorded) when it is broken."""
    return _read(path, ResultsRecord, faults)


def read_bytes(path: Path, faults: Faults) -> bytes | None:
    """Return what is in `path`, or None with a fault recorded when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        faults.add(path, f"cannot be read: {error.strerror}")
        return None


def run_folder(path: Path) -> Path:
    """Return the folder of a run by the path of its record; checkpoints and merged weights lie within it."""
    folder = Path(os.path.realpath(path)).parent
    while NESTED.fullmatch(folder.name):
        folder = folder.parent
    return folder


def _training(record: RunRecord) -> tuple[object, ...]:
    """What two records of one run must agree on; names of recipe and mixture may change between trainings."""
    return record.base_model, record.mixture_id, record.seed


def _mixture(path: Path, record: ManifestRecord, faults: Faults) -> Mixture | None:
    amounts: dict[str, float] = {}
    for name, component in record.components.items():
        amount = 0 if component.realised is None else component.realised.get(record.unit)
        if not isinstance(amount, int | float) or amount < 0:
            faults.add(path, f"components.{name}.realised.{record.unit}: expected a count, got {amount!r}")
            return None
        amounts[name] = amount
    whole = sum(amounts.values())
    if whole <= 0:
        faults.add(path, f"components: nothing in the mixture (the realised {record.unit} sum to {whole})")
        return None
    if record.unit == "examples" and record.total not in (None, whole):
        faults.add(path, f"total: {record.total}, but the components sum to {whole}; rebuild the mixture")
        return None
    shares = {name: amount / whole for name, amount in sorted(amounts.items())}
    total = record.total if record.total is not None else round(whole)
    return Mixture(record.mixture_id, record.name, total, record.unit, shares)


def _distinct_names(runs: dict[str, Run]) -> dict[str, Run]:
    names = [run.name for run in runs.values()]
    return {
        key: Run(f"{run.name}@{key[:8]}", run.record, run.path) if names.count(run.name) > 1 else run
        for key, run in runs.items()
    }


def _read(path: Path, model: type[R], faults: Faults) -> R | None:
    content = read_bytes(path, faults)
    if content is None:
        return None
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            where = ".".join(str(part) for part in detail["loc"])
            text = "truncated or not JSON" if detail["type"] == "json_invalid" else "not as expected"
            faults.add(path, f"{text}: {where + ': ' if where else ''}{detail['msg']}")
        return None
