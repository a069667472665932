"""Mixture files into training data: rows, provenance and manifest, in one folder named by content."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from medlong.atomic import new_folder
from medlong.config import read_text
from medlong.errors import ConfigError
from medlong.hashing import file_digest
from medlong.mixing import card, licences, lock
from medlong.mixing import parquet as parquet_rows
from medlong.mixing.choose import DROPS, length_unit
from medlong.mixing.content import RENDER_FORMAT
from medlong.mixing.emit import INDEX, TRAIN, emission, emit, join
from medlong.mixing.lengths import Lengths
from medlong.mixing.plan import Plan, plan
from medlong.mixing.quotas import Need
from medlong.mixing.spec import file_of
from medlong.mixing.tokenizer import identity
from medlong.mixing.work import room, work_folder
from medlong.mixing.workers import SERIAL, Workers

MANIFEST, REJECTS = "manifest.json", "rejects.jsonl"


class Built(NamedTuple):
    """A mixture that lies on disk."""

    folder: Path
    mixture_id: str
    manifest: dict[str, Any]
    was_current: bool
    """Nothing was written, since the folder already held exactly this."""


def mixture_id(path: Path, hands: Workers = SERIAL, listed: Path | None = None) -> str:
    """Return the id that the mixture file at `path` has with its sources as they are; write nothing.

    Raises:
        ConfigError: If the file, or a source it names, is not what it should be.
        DataError: If a row is bad, or a source has too little.
    """
    (found,) = mixture_ids([path], hands, listed)
    return found


def mixture_ids(paths: Iterable[Path], hands: Workers = SERIAL, listed: Path | None = None) -> Iterator[str]:
    """Yield the ids of mixtures of one file, as `mixture_id` does, reading its sources once for all."""
    with tempfile.TemporaryDirectory(prefix="medlong-") as folder, room(Path(folder)):
        for path in paths:
            yield plan(path, Path(folder), hands, listed).mixture_id


def build(
    path: Path,
    out: Path,
    parquet: bool = False,
    hands: Workers = SERIAL,
    accept: Callable[[str], None] = lambda mixture_id: None,
) -> Built:
    """Build the mixture file at `path` into `out/<mixture_id>/`; see `build_all`."""
    (built,) = build_all([path], out, parquet, hands, accept=accept)
    return built


def build_all(
    paths: Sequence[Path],
    out: Path,
    parquet: bool = False,
    hands: Workers = SERIAL,
    listed: Path | None = None,
    accept: Callable[[str], None] = lambda mixture_id: None,
) -> Iterator[Built]:
    """Build mixtures of one file into `out/<mixture_id>/`, reading its sources once for all.

    Each folder has train.jsonl (one conversation a line), index.jsonl (where each line is from), manifest.json, a data
    card, drops.jsonl and rejects.jsonl where rows were left out or were bad and, with `parquet`, train.parquet. It
    appears whole or not at all, and building again, with however many hands, gives the same bytes. A hidden folder in
    `out` holds what is not finished; it is gone when all are.

    Args:
        paths: The file, or `FILE#NAME` for each of its mixtures.
        out: The parent folder.
        parquet: Write the rows as Parquet too.
        hands: Do the reading and writing.
        listed: A list of sources in place of the one that the file includes.
        accept: Is given the id of each mixture once it is known, and may raise before anything is written.

    Raises:
        ConfigError: If the file, or a source it names, is not what it should be.
        DataError: If a row is bad, a source has too little, changes meanwhile or is not as
            locked, the file read back is not what was planned, or the disk is full.
    """
    with room(out), work_folder(out / f".{file_of(paths[0]).stem}.work") as work:
        for path in paths:
            planned = plan(path, work, hands, listed)
            accept(planned.mixture_id)
            yield _build(planned, out, parquet, hands)


def _build(planned: Plan, out: Path, parquet: bool, hands: Workers) -> Built:
    lock.check(planned.path, planned.origins, hands)
    folder = out / planned.mixture_id
    manifest = _current(folder, planned)
    if manifest is not None and ("parquet" in manifest or not parquet):
        return Built(folder, planned.mixture_id, manifest, was_current=True)
    with new_folder(folder) as new:
        _write(planned, new, hands)
        if parquet:
            parquet_rows.write(new, TRAIN)
        manifest = _manifest(planned, new)
        text = json.dumps(manifest, ensure_ascii=False, indent=2)
        (new / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")
        card.write(new)
    return Built(folder, planned.mixture_id, manifest, was_current=False)


def read_manifest(place: Path) -> dict[str, Any]:
    """Return the manifest at `place`, which is a manifest or the folder of a built mixture.

    Raises:
        ConfigError: If there is none, or it is not a manifest of this version.
    """
    path = place / MANIFEST if place.is_dir() else place
    text = read_text(path)
    try:
        manifest = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path}: line {error.lineno}: not JSON: {error.msg}") from None
    if not isinstance(manifest, dict) or manifest.get("medlong_manifest") != 1:
        raise ConfigError(f"{path}: not a mixture manifest of version 1")
    return manifest


def _write(planned: Plan, folder: Path, hands: Workers) -> None:
    taken = planned.choice.taken.values()
    task = emission(
        planned.choice.examples,
        sum(found.lengths.characters for found in taken),
        planned.folder,
        planned.surveyed,
        planned.mixture_id,
        components=_components(planned),
    )
    emit(task, planned.surveyed, folder, hands)
    if planned.choice.listed:
        shutil.copyfile(planned.folder / DROPS, folder / DROPS)
    if any(found.rejected for found in planned.surveyed):
        join([found.rejects for found in planned.surveyed], folder / REJECTS)


def _components(planned: Plan) -> dict[str, str]:
    """The component of each source."""
    return {source: name for name, content in planned.mixture.components.items() for source in content.sources}


def _current(folder: Path, planned: Plan) -> dict[str, Any] | None:
    """The manifest in `folder` if it is the one this plan would write, over the same bytes."""
    if not (folder / MANIFEST).is_file():
        return None
    try:
        manifest = read_manifest(folder)
        return manifest if manifest == _manifest(planned, folder) else None
    except (ConfigError, OSError):
        return None


def _manifest(planned: Plan, folder: Path) -> dict[str, Any]:
    choice, mixture = planned.choice, planned.mixture
    needs = [(planned.origins[need.source], choice.taken[need.source]) for need in choice.asked.needs]
    return {
        "medlong_manifest": 1,
        "mixture_id": planned.mixture_id,
        "name": mixture.name,
        "seed": mixture.seed,
        "unit": mixture.unit,
        "requested": choice.asked.requested,
        "total": choice.asked.total,
        "render_format": RENDER_FORMAT,
        "length_unit": length_unit(mixture),
        "components": {name: _component(planned, name) for name in mixture.components},
        "sources": {name: _source(planned, name) for name in planned.origins},
        "same_prompt": choice.same_prompt._asdict(),
        **_file(folder, "file", TRAIN),
        **_file(folder, "index", INDEX),
        **parquet_rows.facts(folder),
        "licences": licences.summary(origin.source.licence for origin, taken in needs if taken.examples)._asdict(),
        **_tokenizer(planned),
        **(_file(folder, "drops", DROPS) if choice.listed else {}),
        **(_file(folder, "rejects", REJECTS) if any(found.rejected for found in planned.surveyed) else {}),
        "spec_sha256": planned.spec_sha256,
    }


def _file(folder: Path, key: str, name: str) -> dict[str, str]:
    return {key: name, f"{key}_sha256": file_digest(folder / name)}


def _component(planned: Plan, name: str) -> dict[str, Any]:
    choice = planned.choice
    needs = [need for need in choice.asked.needs if need.component == name]
    taken = [choice.taken[need.source] for need in needs]
    whole = Lengths(*map(sum, zip(*(each.lengths for each in taken), strict=True)))
    return {
        "share": str(choice.asked.shares[name]),
        "quota": choice.asked.quotas[name],
        "realised": _realised(planned, sum(each.examples for each in taken), whole),
        "sources": {need.source: _use(planned, need) for need in needs},
    }


def _use(planned: Plan, need: Need) -> dict[str, Any]:
    stock, taken = planned.choice.stocks[need.source], planned.choice.taken[need.source]
    return {
        "available": stock.available,
        "rejected": stock.rejected,
        "distinct": stock.distinct,
        "dropped": dict(stock.dropped),
        "duplicates_elsewhere": stock.duplicates,
        "quota": need.quota,
        "taken": taken.examples,
        "max_repeats": taken.max_repeats,
        "realised": _realised(planned, taken.examples, taken.lengths),
        "length_bands": {band.label: _realised(planned, band.examples, band.lengths) for band in taken.bands},
    }


def _realised(planned: Plan, examples: int, lengths: Lengths) -> dict[str, int]:
    counted = lengths._asdict() if planned.mixture.tokenizer else {"characters": lengths.characters}
    return {"examples": examples, **counted}


def _tokenizer(planned: Plan) -> dict[str, Any]:
    if planned.mixture.tokenizer is None:
        return {}
    return {"tokenizer": identity(planned.mixture.tokenizer.beside(file_of(planned.path).parent))}


def _source(planned: Plan, name: str) -> dict[str, Any]:
    source = planned.origins[name].source
    return {
        "about": source.about,
        "licence": source.licence,
        "revision": source.revision,
        "format": source.format,
        "sha256": planned.choice.stocks[name].sha256,
    }
