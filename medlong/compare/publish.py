"""Send scores to where experiments are watched, by that place's own client: one run for every model.

Nothing is sent but what is named here, and where to (a server, or a folder with wandb offline or an mlflow
file store) is for the client's own settings to say.
"""

import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

import polars as pl

from medlong.compare.analysis import Analysis
from medlong.compare.comparison import Comparison
from medlong.compare.entries import Entry
from medlong.compare.export import NAMES, Row, csv_of, rows
from medlong.errors import DataError, MissingPackageError

SCORES = (
    *("accuracy", "accuracy_se", "difference", "difference_se", "net", "net_se", "gain", "retention", "own_knowledge"),
    *("knowledge", "long_context", "balance", "p_pareto", "effective_length"),
)
"""Columns that are sent as scores; the table that goes with them has all."""

QUIET = {"WANDB_ERROR_REPORTING": "false", "MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_ENABLE_TELEMETRY": "false"}
"""What the clients report about their users is left off unless the user has set it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What is sent about one model."""

    name: str
    config: dict[str, str | int | float]
    """What it was trained on."""
    scores: dict[str, float]
    """By `family/bank/arm/column`."""
    others: dict[str, float]
    """Those of other tasks, by `task/metric`."""
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class _Client:
    module: str
    package: str
    place: str
    """The project, experiment or folder where none is named."""
    send: Callable[[ModuleType, str, Sequence[Sent]], None]


def check_client(target: str) -> None:
    """Raise unless the client of `target`, `NAME` or `NAME:PLACE`, is there.

    Raises:
        DataError: If there is no such client.
        MissingPackageError: If its package is not installed.
    """
    _client(target)


def publish(comparison: Comparison, analyses: Sequence[Analysis], target: str) -> str:
    """Send every model of the comparison to `target`; return one line that says where to."""
    client, module = _client(target)
    place = target.partition(":")[2] or client.place
    models = sent(comparison, analyses)
    try:
        client.send(module, place, models)
    except (OSError, ValueError, module_error(module)) as error:
        raise DataError(f"--to {target}: {type(error).__name__}: {error}") from error
    return f"sent {len(models)} runs to {target.partition(':')[0]} ({place})"


def sent(comparison: Comparison, analyses: Sequence[Analysis] = ()) -> list[Sent]:
    """Return what is sent, one for each model in the order of the tables."""
    found: dict[str, list[Row]] = {}
    entries: dict[str, Entry] = {}
    for group in comparison.groups:
        lines = rows(Comparison((group,), comparison.samples, ()), analyses)
        for entry in group.entries:
            entries[entry.key] = entry
            found.setdefault(entry.key, []).extend(row for row in lines if row["run"] == entry.name)
    return [
        Sent(entry.name, _config(entry), _scores(found[key]), _others(comparison, key), found[key])
        for key, entry in entries.items()
    ]


def module_error(module: ModuleType) -> type[Exception]:
    """Return the class of a client's own errors."""
    names = ("Error", "MlflowException")
    return next((getattr(module, name) for name in names if hasattr(module, name)), DataError)


def _config(entry: Entry) -> dict[str, str | int | float]:
    config: dict[str, str | int | float] = {"model": entry.model}
    run, mixture = entry.run, entry.mixture
    if run:
        written = json.loads(run.path.read_text(encoding="utf-8"))
        known = ("run_id", "base_model", "recipe", "recipe_sha256", "mixture", "mixture_id", "seed")
        config |= {name: written[name] for name in known if written.get(name) is not None}
    if mixture:
        config |= {"total": mixture.total, "unit": mixture.unit}
        config |= {f"share_{name}": share for name, share in mixture.shares.items()}
    return config


def _scores(lines: Sequence[Row]) -> dict[str, float]:
    scores = {}
    for row in lines:
        for name in SCORES:
            value = row[name]
            if isinstance(value, int | float):
                scores[f"{row['family']}/{row['bank']}/{row['arm']}/{name}"] = float(value)
    return scores


def _others(comparison: Comparison, key: str) -> dict[str, float]:
    """Scores of other lm_eval tasks, and their differences to the base."""
    scores: dict[str, float] = {}
    for row in comparison.others.filter(pl.col("entry") == key).iter_rows(named=True):
        filtered = "" if row["filter"] == "none" else f"/{row['filter']}"
        names = {"": "value", "_stderr": "stderr", "_difference": "difference", "_difference_se": "difference_se"}
        values = {f"{row['task']}/{row['metric']}{filtered}{end}": row[name] for end, name in names.items()}
        scores |= {name: value for name, value in values.items() if value is not None and value == value}
    return scores


def _to_wandb(wandb: Any, place: str, models: Sequence[Sent]) -> None:
    quiet = wandb.Settings(console="off", quiet=True, x_disable_stats=True, disable_git=True, save_code=False)
    for one in models:
        run = wandb.init(project=place, name=one.name, config=one.config, job_type="compare", settings=quiet)
        run.log({"scores": wandb.Table(columns=list(NAMES), data=[[row[name] for name in NAMES] for row in one.rows])})
        run.summary.update(one.scores | one.others)
        run.finish()


def _to_mlflow(mlflow: Any, place: str, models: Sequence[Sent]) -> None:
    mlflow.set_experiment(place)
    for one in models:
        with mlflow.start_run(run_name=one.name):
            mlflow.log_params(one.config)
            mlflow.log_metrics({_plain(name): value for name, value in (one.scores | one.others).items()})
            mlflow.log_text(csv_of(one.rows), "scores.csv")


def _plain(name: str) -> str:
    """A name with the characters that mlflow allows."""
    return re.sub(r"[^\w\-. :/]", "_", name)


def _to_tensorboard(module: Any, place: str, models: Sequence[Sent]) -> None:
    for one in models:
        with module.SummaryWriter(os.path.join(place, _folder(one.name))) as writer:  # noqa: PTH118 - a log_dir, maybe remote
            writer.add_text("config", "\n".join(f"    {key}: {value}" for key, value in one.config.items()))
            writer.add_text("scores", "\n".join(f"    {line}" for line in csv_of(one.rows).splitlines()))
            for name, value in one.others.items():
                writer.add_scalar(name, value, 0)
            for row in one.rows:
                for name in ("accuracy", "difference", "net"):
                    if row[name] is not None:  # the length is the step, so that curves over lengths appear
                        arm = "" if row["length"] else f"/{row['arm']}"
                        writer.add_scalar(f"{row['family']}/{row['bank']}{arm}/{name}", row[name], row["length"])


def _folder(name: str) -> str:
    return re.sub(r"[^\w.@-]", "_", name)


CLIENTS = {
    "wandb": _Client("wandb", "wandb", "medlong", _to_wandb),
    "mlflow": _Client("mlflow", "mlflow", "medlong", _to_mlflow),
    "tensorboard": _Client("torch.utils.tensorboard", "torch tensorboard", "tensorboard", _to_tensorboard),
}


def _client(target: str) -> tuple[_Client, ModuleType]:
    name = target.partition(":")[0]
    if name not in CLIENTS:
        raise DataError(f"--to {target}: expected {', '.join(CLIENTS)}, each alone or as NAME:PLACE")
    client = CLIENTS[name]
    for key, value in QUIET.items():
        os.environ.setdefault(key, value)
    try:
        return client, import_module(client.module)
    except ImportError as error:
        message = f"--to {name} needs its client ({error}); install it with: pip install {client.package}"
        raise MissingPackageError(message) from None
