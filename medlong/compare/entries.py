"""Who sat the exam: every evaluated model, joined to its training run, mixture and base by id."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from medlong.catalog import RUN_FILE
from medlong.compare.faults import Faults
from medlong.compare.records import NESTED, Mixture, ResultsRecord, Run, run_folder


@dataclass(frozen=True, slots=True)
class Entry:
    """One evaluated model: a row of the tables."""

    key: str
    """Unique: the run id of a trained model, `model:` and the model's identity of an untrained one."""
    name: str
    model: str
    """Identity of the model itself, or of the base model of a training run."""
    run: Run | None = None
    mixture: Mixture | None = None


def identity(model: str) -> str:
    """Return one spelling of a model: the real path when it is a folder here, else the tidied name."""
    path = Path(model).expanduser()
    return str(path.resolve()) if path.exists() else os.path.normpath(model)


def same_model(first: str, second: str) -> Literal["same", "same last part", "other"]:
    """Compare two identities.

    When both exist on this machine their real paths decide. When at least one does not (the runs
    were trained elsewhere), an equal last path component counts, and the caller says so.
    """
    if first == second:
        return "same"
    if not (Path(first).exists() and Path(second).exists()) and Path(first).name == Path(second).name:
        return "same last part"
    return "other"


def entry_for(
    run_id: str,
    path: Path,
    results: ResultsRecord,
    runs: Mapping[str, Run],
    mixtures: Mapping[str, Mixture],
    out: Faults,
) -> Entry | None:
    """Return the entry that one results file belongs to, or None with a fault recorded.

    Args:
        run_id: What the samples say: the training run, or "" for an untrained model.
        path: The results file, named in faults.
        results: What it says.
        runs: Every run record found, by run id.
        mixtures: Every mixture found, by mixture id.
        out: Where faults go.
    """
    if not run_id:
        return _untrained(path, results, runs, out)
    run = runs.get(run_id)
    if run is None:
        out.add(path, f"run_id {run_id!r} has no medlong_run.json; give the folder of its checkpoint as well")
        return None
    if run.record.soup is not None and not run.record.mixture_id:
        return Entry(run_id, run.name, identity(run.record.base_model), run)
    if not run.record.mixture_id:
        out.add(run.path, "has no mixture_id: what it was trained on is not known; leave its results out")
        return None
    mixture = mixtures.get(run.record.mixture_id)
    if mixture is None:
        wanted = f"mixture_id {run.record.mixture_id!r} ({run.record.mixture or 'no name'})"
        out.add(run.path, f"{wanted} has no manifest.json; give the folder the mixture was built in as well")
        return None
    mixture = replace(mixture, name=run.record.mixture or mixture.name)
    return Entry(run_id, run.name, identity(run.record.base_model), run, mixture)


def _untrained(path: Path, results: ResultsRecord, runs: Mapping[str, Run], out: Faults) -> Entry | None:
    arguments = results.model_args()
    adapter = next((str(arguments[key]) for key in ("peft", "delta") if arguments.get(key)), None)
    name = results.model()
    model = identity(name)
    trained = adapter or (model if _lies_in_a_run(name, path) else None)
    if trained:
        what = f"evaluates the trained {trained}, but its samples carry no run_id"
        out.add(path, f"{what}; put medlong_run.json beside the checkpoint and evaluate again")
        return None
    if not Path(model).exists() and (doubt := _doubt(name, runs)):
        out.add(
            path, f"evaluates {name!r}, {doubt}, and its samples carry no run_id: whether it was trained is not known"
        )
        return None
    return Entry(f"model:{model}", Path(model).name, model)


def _doubt(model: str, runs: Mapping[str, Run]) -> str:
    """Why a model that is not here may still be a trained one; "" for what reads as a name on a hub or a base model."""
    if any(same_model(identity(model), identity(run.record.base_model)) != "other" for run in runs.values()):
        return ""
    tail = next((part for part in reversed(Path(model).parts) if not NESTED.fullmatch(part)), "")
    for run in runs.values():
        if tail == run_folder(run.path).name:
            return f"which is not here and ends like the trained {run_folder(run.path)}"
    typed = Path(model)
    if not typed.is_absolute() and (model.startswith(".") or len(typed.parts) > 2):
        return "a relative path that leads nowhere from here; run medlong compare from the folder where lm_eval ran"
    return ""


def _lies_in_a_run(model: str, results: Path) -> bool:
    """Whether the model is a folder at or below that of a run record, as merged weights and checkpoints are.

    A relative path was relative to where lm_eval ran: that may be here, or a folder above the results.
    """
    typed = Path(model).expanduser()
    places = [typed] if typed.is_absolute() else [typed, *(folder / typed for folder in results.absolute().parents)]
    return any(_below_a_record(place) for place in places if place.exists() or _parent_exists(typed, place))


def _parent_exists(typed: Path, place: Path) -> bool:
    return len(typed.parts) > 1 and place.parent.is_dir()


def _below_a_record(place: Path) -> bool:
    spellings = (place.absolute(), Path(os.path.realpath(place)))
    return any((folder / RUN_FILE).exists() for spelling in spellings for folder in (spelling, *spelling.parents))


def find_base(entry: Entry, entries: Iterable[Entry], out: Faults, notes: list[str]) -> Entry | None:
    """Return the untrained entry that `entry` was trained from, or None with a fault recorded."""
    assert entry.run is not None
    untrained = [other for other in entries if other.run is None]
    verdicts = {other.key: same_model(entry.model, other.model) for other in untrained}
    exact = [other for other in untrained if verdicts[other.key] == "same"]
    near = [other for other in untrained if verdicts[other.key] == "same last part"]
    name = entry.run.record.base_model
    if exact:
        return exact[0]
    if len(near) == 1:
        notes.append(f"{entry.name}: its base model {name} was taken to be {near[0].model} by the last path component")
        return near[0]
    if near:
        which = ", ".join(other.model for other in near)
        out.add(entry.run.path, f"base_model {name!r} could be any of {which}; choose with --base")
    else:
        known = ", ".join(other.model for other in untrained) or "none"
        text = f"no results of its base model {name!r} (untrained models found: {known})"
        out.add(entry.run.path, f"{text}; evaluate it on the same tasks, or choose another row with --base")
    return None


def named(name: str, entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that `name` can mean: a row name, a run id, or the name or path of an untrained model."""
    wanted = identity(name)
    return [e for e in entries if name in (e.name, e.key) or (e.run is None and wanted == e.model)]
