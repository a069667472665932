"""Mixture files into training data: rows, provenance and manifest, in one folder named by content."""

import json
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from medlong.atomic import new_folder
from medlong.config import read_text
from medlong.errors import ConfigError, DataError
from medlong.mixing import card, licences, lock
from medlong.mixing import parquet as parquet_rows
from medlong.mixing.judge import lengths_counter
from medlong.mixing.lengths import Lengths
from medlong.mixing.plan import Plan, plan, sources_digest
from medlong.mixing.progress import Watch, unwatched
from medlong.mixing.select import RENDER_FORMAT, Message, Pick, content_id, normalise
from medlong.mixing.sources import rows
from medlong.mixing.spec import file_of
from medlong.mixing.tokenizer import identity

TRAIN, INDEX, MANIFEST, DROPS = "train.jsonl", "index.jsonl", "manifest.json", "drops.jsonl"


class Built(NamedTuple):
    """A mixture that lies on disk."""

    folder: Path
    mixture_id: str
    manifest: dict[str, Any]
    was_current: bool
    """Nothing was written, since the folder already held exactly this."""


class Realised(NamedTuple):
    """What one component has in the written file."""

    examples: int
    lengths: Lengths


def mixture_id(path: Path, watch: Watch = unwatched) -> str:
    """Return the id that the mixture file at `path` has with its sources as they are; write nothing.

    Raises:
        ConfigError: If the file, or a source it names, is not what it should be.
        DataError: If a row is bad, or a source has too few rows.
    """
    return plan(path, watch).mixture_id


def build(path: Path, out: Path, watch: Watch = unwatched, parquet: bool = False) -> Built:
    """Build the mixture file at `path` into `out/<mixture_id>/`.

    The folder has train.jsonl (one conversation a line), index.jsonl (where each line is from),
    manifest.json, a data card and, with `parquet`, train.parquet. It appears whole or not at all, and building
    again gives the same bytes.

    Raises:
        ConfigError: If the file, or a source it names, is not what it should be.
        DataError: If a row is bad, a source has too few rows, changes meanwhile or is not as
            locked, or the file read back is not what was planned.
    """
    planned = plan(path, watch)
    lock.check(path, planned.origins)
    folder = out / planned.mixture_id
    manifest = _current(folder, planned)
    if manifest is not None and ("parquet" in manifest or not parquet):
        return Built(folder, planned.mixture_id, manifest, was_current=True)
    with new_folder(folder) as work:
        _write(planned, work, watch)
        if parquet:
            parquet_rows.write(work, TRAIN)
        manifest = _manifest(planned, verify(planned, work, watch), work)
        text = json.dumps(manifest, ensure_ascii=False, indent=2)
        (work / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")
        card.write(work)
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


def verify(planned: Plan, folder: Path, watch: Watch = unwatched) -> dict[str, Realised]:
    """Return what each component has in the train.jsonl of `folder`, read back and compared with the plan.

    Raises:
        DataError: If a row differs from the planned one, or a component from its quota.
    """
    owner = {part.source: part.component for part in planned.parts}
    count = lengths_counter(planned.mixture, file_of(planned.path).parent)
    examples = dict.fromkeys(planned.quotas, 0)
    lengths = dict.fromkeys(planned.quotas, Lengths(0, 0, 0))
    for n, messages in enumerate(watch(_read_back(folder / TRAIN), "checking")):
        pick = planned.picks[n] if n < len(planned.picks) else None
        if pick is None or content_id(messages) != pick.content_id:
            raise DataError(f"{folder / TRAIN}: line {n + 1} is not the planned row")
        name = owner[pick.source]
        examples[name] += 1
        lengths[name] = Lengths(*map(sum, zip(lengths[name], count(messages), strict=True)))
    if examples != planned.quotas:
        raise DataError(f"{folder / TRAIN}: has {examples} examples, planned {planned.quotas}")
    return {name: Realised(examples[name], lengths[name]) for name in planned.quotas}


def _read_back(path: Path) -> Iterator[list[Message]]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            yield json.loads(line)["messages"]


def _write(planned: Plan, folder: Path, watch: Watch) -> None:
    texts = _texts(planned, watch)
    owner = {part.source: part.component for part in planned.parts}
    with (
        (folder / TRAIN).open("w", encoding="utf-8", newline="\n") as train,
        (folder / INDEX).open("w", encoding="utf-8", newline="\n") as index,
    ):
        for position, pick in enumerate(watch(planned.picks, "writing")):
            train.write(texts[pick.source, pick.content_id] + "\n")
            index.write(json.dumps(_provenance(position, pick, owner[pick.source])) + "\n")
    if planned.drops:
        with (folder / DROPS).open("w", encoding="utf-8", newline="\n") as drops:
            drops.writelines(json.dumps(drop.record(), ensure_ascii=False) + "\n" for drop in planned.drops)


def _texts(planned: Plan, watch: Watch) -> dict[tuple[str, str], str]:
    """The line of every picked row; the second pass over the sources keeps these alone."""
    wanted = {(pick.source, pick.content_id) for pick in planned.picks}
    texts: dict[tuple[str, str], str] = {}
    for name, origin in planned.origins.items():
        for row in watch(rows(origin, lambda _: None), f"taking from {name}"):
            key = (name, content_id(row.messages))
            if key in wanted and key not in texts:
                texts[key] = json.dumps({"messages": normalise(row.messages)}, ensure_ascii=False)
    lost = sorted({source for source, _ in wanted - texts.keys()})
    if lost:
        raise DataError(f"{planned.path}: {', '.join(lost)} changed while the mixture was being built; build again")
    return texts


def _provenance(position: int, pick: Pick, component: str) -> dict[str, object]:
    return {
        "position": position,
        "source": pick.source,
        "content_id": pick.content_id,
        "component": component,
        "epoch": pick.epoch,
    }


def _current(folder: Path, planned: Plan) -> dict[str, Any] | None:
    """The manifest in `folder` if it is the one this plan would write, over the same bytes."""
    if not (folder / MANIFEST).is_file():
        return None
    try:
        manifest = read_manifest(folder)
        same = _planned_part(manifest) == _planned_part(_manifest(planned, {}, folder))
    except (ConfigError, OSError):
        return None
    return manifest if same else None


def _planned_part(manifest: dict[str, Any]) -> dict[str, Any]:
    components = {
        name: {key: value for key, value in content.items() if key != "realised"}
        for name, content in manifest.get("components", {}).items()
    }
    return manifest | {"components": components}


def _manifest(planned: Plan, realised: dict[str, Realised], folder: Path) -> dict[str, Any]:
    return {
        "medlong_manifest": 1,
        "mixture_id": planned.mixture_id,
        "name": planned.mixture.name,
        "seed": planned.mixture.seed,
        "unit": "examples",
        "total": len(planned.picks),
        "render_format": RENDER_FORMAT,
        "components": {name: _component(planned, name, realised.get(name)) for name in planned.quotas},
        "sources": {name: _source(planned, name) for name in planned.origins},
        "file": TRAIN,
        "file_sha256": _file_digest(folder / TRAIN),
        "index": INDEX,
        "index_sha256": _file_digest(folder / INDEX),
        **parquet_rows.facts(folder),
        "licences": licences.summary(
            planned.origins[part.source].source.licence for part in planned.parts if part.taken
        )._asdict(),
        **_tokenizer(planned),
        **({"drops": DROPS, "drops_sha256": _file_digest(folder / DROPS)} if planned.drops else {}),
        "spec_sha256": planned.spec_sha256,
    }


def _component(planned: Plan, name: str, realised: Realised | None) -> dict[str, Any]:
    return {
        "share": str(planned.shares[name]),
        "quota": planned.quotas[name],
        "realised": _realised(planned, realised) if realised else None,
        "sources": {
            part.source: {
                "available": planned.surveys[part.source].available,
                "rejected": planned.surveys[part.source].rejected,
                "distinct": len(planned.surveys[part.source].content_ids),
                "dropped": _dropped(planned, part.source),
                "duplicates_elsewhere": planned.duplicates[part.source],
                "taken": part.taken,
                "max_repeats": part.max_repeats,
            }
            for part in planned.parts
            if part.component == name
        },
    }


def _tokenizer(planned: Plan) -> dict[str, Any]:
    if planned.mixture.tokenizer is None:
        return {}
    return {"tokenizer": identity(planned.mixture.tokenizer.beside(file_of(planned.path).parent))}


def _dropped(planned: Plan, source: str) -> dict[str, int]:
    reasons = Counter(drop.reason for drop in planned.drops if drop.source == source and drop.dropped)
    return dict(sorted(reasons.items()))


def _realised(planned: Plan, realised: Realised) -> dict[str, int]:
    counted = realised.lengths._asdict()
    kept = counted if planned.mixture.tokenizer else {"characters": realised.lengths.characters}
    return {"examples": realised.examples, **kept}


def _source(planned: Plan, name: str) -> dict[str, Any]:
    source, survey = planned.origins[name].source, planned.surveys[name]
    return {
        "about": source.about,
        "licence": source.licence,
        "revision": source.revision,
        "format": source.format,
        "sha256": sources_digest(survey.content_ids),
    }


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        hasher = sha256()
        while block := file.read(1 << 20):
            hasher.update(block)
    return hasher.hexdigest()
