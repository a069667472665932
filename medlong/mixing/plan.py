"""From a mixture file to the exact list of rows, without writing anything."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from medlong.errors import DataError
from medlong.hashing import digest
from medlong.mixing.apportion import webster
from medlong.mixing.judge import Drop, Judge, nearly_the_same
from medlong.mixing.near import signature
from medlong.mixing.progress import Watch, unwatched
from medlong.mixing.select import Pick, content_id, identify, select, training_order
from medlong.mixing.sources import Origin, resolve, rows
from medlong.mixing.spec import Mixture, file_of, load


class Survey(NamedTuple):
    """What one source has."""

    available: int
    """Rows, duplicates included."""

    content_ids: list[str]
    """Of the distinct rows, sorted."""

    rejected: int = 0
    """Bad rows, which the source allows and which are left out."""

    drops: tuple[Drop, ...] = ()
    """Distinct rows that were left out or reported, in order of content id; those left out are not in `content_ids`."""

    signatures: Mapping[str, bytes] = MappingProxyType({})
    """Of each distinct row, where near duplicates are looked for."""


class Part(NamedTuple):
    """What one source gives to one component."""

    component: str
    source: str
    taken: int
    max_repeats: int
    """Most times one row is used."""


class Plan(NamedTuple):
    """Everything that decides the bytes of a mixture."""

    path: Path
    mixture: Mixture
    origins: dict[str, Origin]
    surveys: dict[str, Survey]
    duplicates: dict[str, int]
    """Distinct rows of each source that an earlier source of the file has as well, and keeps."""

    shares: dict[str, Fraction]
    quotas: dict[str, int]
    """Examples of each component."""

    parts: tuple[Part, ...]
    picks: tuple[Pick, ...]
    """In training order."""

    mixture_id: str
    spec_sha256: str
    drops: tuple[Drop, ...] = ()
    """Rows that are left out or reported, by source and content id."""


def plan(path: Path, watch: Watch = unwatched) -> Plan:
    """Return the plan of the mixture at `path`, as `spec.load` takes it; every row of its sources is read once.

    Raises:
        ConfigError: If the file, or a source it names, is not what it should be.
        DataError: If a row is bad, or a source has too few rows.
    """
    mixture = load(path)
    origins = resolve(mixture, path)
    judge = Judge(mixture, file_of(path).parent)
    surveys = {name: survey(origin, watch, judge, mixture.dedup.near is not None) for name, origin in origins.items()}
    shares, total = mixture.asked()
    quotas = webster(shares, total)
    own = _own_rows(mixture, surveys)
    duplicates = {name: len(surveys[name].content_ids) - len(ids) for name, ids in own.items()}
    near = _without_near(mixture, own, surveys)
    drops = sorted((*(drop for found in surveys.values() for drop in found.drops), *near), key=lambda drop: drop[:2])
    parts = _parts(path, mixture, quotas, own)
    picks = tuple(
        training_order(
            (pick for part in parts for pick in select(own[part.source], part.source, mixture.seed, part.taken)),
            mixture.order_seed(),
        )
    )
    used = {name: origin.source.model_dump(mode="json") for name, origin in origins.items()}
    spec = digest({"mixture": mixture.model_dump(mode="json"), "sources": used})
    return Plan(
        path, mixture, origins, surveys, duplicates, shares, quotas, parts, picks, identify(picks), spec, tuple(drops)
    )


def survey(origin: Origin, watch: Watch = unwatched, judge: Judge | None = None, near: bool = False) -> Survey:
    """Return what a source has; identical rows collapse into one, and are judged once.

    Args:
        origin: The source.
        watch: Is told how far the reading is.
        judge: Says which rows are left out; without it all stay.
        near: Make signatures, by which near duplicates are found.

    Raises:
        DataError: If more rows are bad than the source allows, or one turns up for which the mixture asks for an error.
    """
    verdicts: dict[str, Drop | None] = {}
    signatures: dict[str, bytes] = {}
    available = 0
    rejected: list[int] = []
    for row in watch(rows(origin, lambda reject: rejected.append(reject.line)), f"reading {origin.id}"):
        available += 1
        cid = content_id(row.messages)
        if cid in verdicts:
            continue
        try:
            verdicts[cid] = judge(origin.id, cid, row.messages) if judge else None
        except DataError as error:
            raise DataError(f"source {origin.id!r}: {row.file or 'generated'}, line {row.line}: {error}") from None
        if near:
            signatures[cid] = signature(row.messages)
    found = [drop for _, drop in sorted(verdicts.items()) if drop]
    gone = {drop.content_id for drop in found if drop.dropped}
    return Survey(available, sorted(verdicts.keys() - gone), len(rejected), tuple(found), signatures)


def _without_near(mixture: Mixture, own: dict[str, list[str]], surveys: dict[str, Survey]) -> list[Drop]:
    """Take the near duplicates out of `own`, and return them."""
    if mixture.dedup.near is None:
        return []
    signatures = {row: found.signatures[row] for found in surveys.values() for row in found.content_ids}
    drops = nearly_the_same(own, signatures, mixture.dedup.near.jaccard)
    gone = {drop.content_id for drop in drops}
    for source, ids in own.items():
        own[source] = [row for row in ids if row not in gone]
    return drops


def _own_rows(mixture: Mixture, surveys: dict[str, Survey]) -> dict[str, list[str]]:
    """The rows each source can give: a row in several sources is the first one's, in the order of the file.

    It is so whatever the quotas are, so that mixtures that differ in shares alone draw from the same rows.
    """
    seen: set[str] = set()
    own: dict[str, list[str]] = {}
    for component in mixture.components.values():
        for source in component.sources:
            own[source] = [row for row in surveys[source].content_ids if row not in seen]
            seen.update(own[source])
    return own


def _parts(path: Path, mixture: Mixture, quotas: dict[str, int], own: dict[str, list[str]]) -> tuple[Part, ...]:
    parts: list[Part] = []
    short: list[str] = []
    most = mixture.shortage.repeat_up_to
    for name, component in mixture.components.items():
        have = {source: len(own[source]) for source in component.sources}
        for source, need in _divide(component.within, have, quotas[name]).items():
            repeats = -(-need // have[source]) if have[source] else 0
            if need > most * have[source]:
                short.append(_shortage(name, source, have[source], need, most))
            parts.append(Part(name, source, need, repeats))
    if short:
        raise DataError(f"{path}: too few rows\n  " + "\n  ".join(short))
    return tuple(parts)


def _divide(within: str | dict[str, Fraction], have: dict[str, int], quota: int) -> dict[str, int]:
    weights: dict[str, Fraction | int] = dict.fromkeys(have, 1)
    if isinstance(within, dict):
        weights = {source: within[source] for source in have}
    elif within == "proportional" and any(have.values()):
        weights = dict(have)
    return webster(weights, quota)


def _shortage(component: str, source: str, have: int, need: int, most: int) -> str:
    repeated = f" (each used up to {most} times)" if most > 1 else ""
    remedy = "lower the total or add sources"
    if have:
        remedy += f", or allow repetition: shortage: {{repeat_up_to: {-(-need // have)}}}"
    return f"component {component!r}, source {source!r}: have {have} distinct rows{repeated}, need {need}; {remedy}"


def sources_digest(content_ids: Sequence[str]) -> str:
    """Return the sha256 hex digest of a source's distinct content ids, which pins what it held."""
    return digest(list(content_ids))
