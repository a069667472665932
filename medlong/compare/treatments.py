"""Which runs are seeds of one mixture, and what the mixture did: means over seeds with errors of two levels."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medlong.compare.analysis import Treatment
from medlong.compare.comparison import Group
from medlong.compare.entries import Entry
from medlong.compare.measure import ORACLE
from medlong.compare.scores import CLOSED, Floats, Ints, Mask, Scores, clusters, coded, counted
from medlong.compare.statistics import Estimate, paired_difference
from medlong.inference.clusters import parts, spread
from medlong.inference.seeds import estimates, interval, levels

_SEED = re.compile(r"_(s|seed)\d+(?=_|$)")


@dataclass(frozen=True, slots=True)
class Trained:
    """The runs of one mixture, one entry for each seed."""

    name: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """Knowledge and long context of every run, as `inference` takes them."""

    values: Floats
    """(2, R): gain of knowledge, and the mean of D(L) over the lengths that the base reads."""
    influence: Floats
    """(2, R, G)."""
    owner: Ints
    """(R,): index of the treatment."""
    items: Ints
    """(2,): items that all models have."""
    clusters: Ints
    """(2,): how many of the G hold them; where knowledge is from other tasks, each score has its own."""


def trained(group: Group) -> list[Trained]:
    """Return the mixtures of a group with their runs, in the order of the tables.

    Runs are seeds of one mixture when its name without `_s0` or `_seed0`, its declared size and its shares to a
    hundredth are the same, and so are base model and recipe without the seed in their names. A soup is its own
    treatment: an average of trainings is not one more of them. Of several runs with one seed on the same rows only
    the first counts: they are no evidence of what a seed changes.
    """
    found: dict[tuple[object, ...], dict[tuple[object, ...], Entry]] = {}
    for entry in group.entries[1:]:
        found.setdefault(_key(entry), {}).setdefault(_seed(entry), entry)
    names = [_name(next(iter(runs.values()))) for runs in found.values()]
    return [
        Trained(name if names.count(name) == 1 else f"{name} ({_recipe(entries[0])})", tuple(entries))
        for name, entries in zip(names, (list(runs.values()) for runs in found.values()), strict=True)
    ]


def read_lengths(group: Group, found: Scores) -> tuple[str, ...]:
    """Return the lengths at which the base reads: its gain of an open over a closed book has an interval above 0.

    At others it has nothing to lose. A model that loses some of the oracle, as it may by any training, would there
    have a D(L) above 0, and seem to have gained long context. Without a closed book of the base all lengths count.
    """
    base = group.base.key
    if (base, CLOSED) not in group.cells:
        return found.lengths
    return tuple(arm for arm in found.lengths if gain(found, base, arm).low > 0)


def gain(found: Scores, key: str, arm: str) -> Estimate:
    """Return what the book of `arm` adds to the closed book, on the items that have both."""
    opened, closed = found.values[key, arm], found.values[key, CLOSED]
    both = counted(opened, closed)
    return paired_difference(opened[both], closed[both], found.books[arm][both].tolist())


def balance(group: Group, found: Scores, treatments: list[Trained]) -> Balance | None:
    """Return both scores of every run on the items that all models have, or None where an arm for them is lacking.

    Long context is taken at the lengths that the base reads; knowledge in the closed book, or in the tasks chosen.
    """
    keys = [entry.key for each in treatments for entry in each.entries]
    owner = np.repeat(np.arange(len(treatments)), [len(each.entries) for each in treatments]).astype(np.int64)
    lengths = read_lengths(group, found)
    if not lengths or not keys or any((key, ORACLE) not in group.cells for key in [group.base.key, *keys]):
        return None
    base, codes = group.base.key, clusters(found)
    knowledge = _apart(found, keys, base) if found.apart else _mean(found, keys, base, codes, [found.knowledge])
    long_context = _mean(found, keys, base, codes, lengths, ORACLE)
    if knowledge is None or long_context is None:
        return None
    both = [knowledge, long_context]
    influence = [score.influence for score in both]
    if found.apart:  # no cluster of the one score holds items of the other
        first, second = (np.zeros_like(each) for each in influence)
        influence = [np.hstack([influence[0], second]), np.hstack([first, influence[1]])]
    return Balance(
        np.stack([score.values for score in both]),
        np.stack(influence),
        owner,
        np.array([score.items for score in both]),
        np.array([score.influence.shape[1] for score in both]),
    )


@dataclass(frozen=True, slots=True)
class _Score:
    """One score of every run: (R,), and what each cluster moves it by, (R, G)."""

    values: Floats
    influence: Floats
    items: int


def _mean(
    found: Scores, keys: list[str], base: str, codes: Ints, arms: Sequence[str | None], less: str | None = None
) -> _Score | None:
    """The mean change over arms, less that of another; None where one of them has no item that all models have."""
    count = int(codes.max()) + 1
    values, influence, items = np.zeros(len(keys)), np.zeros((len(keys), count)), codes.size
    for arm in arms:
        if arm is None:
            return None
        change, known = _common(found, keys, base, arm, less)
        if not known.any():
            return None
        values += change.mean(axis=1) / len(arms)
        influence += parts(change, codes[known], count) / len(arms)
        items = min(items, int(known.sum()))
    return _Score(values, influence, items)


def _apart(found: Scores, keys: list[str], base: str) -> _Score | None:
    """The mean change over the tasks chosen to show knowledge, each with clusters of its own."""
    values, influence, items = np.zeros(len(keys)), [], 0
    for task in found.apart:
        changes = np.stack([task.values[key] - task.values[base] for key in keys])
        known = counted(*changes)
        if not known.any():
            return None
        codes = np.unique(task.clusters[known], return_inverse=True)[1]
        values += changes[:, known].mean(axis=1) / len(found.apart)
        influence.append(parts(changes[:, known], codes, int(codes.max()) + 1) / len(found.apart))
        items += int(known.sum())
    return _Score(values, np.hstack(influence), items)


def described(
    group: Group, found: Scores, treatments: list[Trained], both: Balance | None, p_pareto: Floats
) -> tuple[Treatment, ...]:
    """Return what the mixtures did in every arm, and in the two scores of the balance."""
    arms = [arm for arm in group.arms if (group.base.key, arm) in group.cells]
    differences = {arm: _by_arm(group, found, treatments, arm, None) for arm in arms}
    net = {arm: _by_arm(group, found, treatments, arm, ORACLE) for arm in found.lengths if ORACLE in arms}
    nothing = [_nothing()] * len(treatments)
    scores = [_means(both, score, len(treatments)) if both else nothing for score in (0, 1)]
    return tuple(
        Treatment(
            name=each.name,
            entries=tuple(entry.key for entry in each.entries),
            seeds=len(each.entries),
            differences={arm: of[t] for arm, of in differences.items() if t in of},
            net={arm: of[t] for arm, of in net.items() if t in of},
            knowledge=scores[0][t],
            long_context=scores[1][t],
            balance=smaller(scores[0][t], scores[1][t]),
            p_pareto=float(p_pareto[t]),
        )
        for t, each in enumerate(treatments)
    )


def smaller(first: Estimate, second: Estimate) -> Estimate:
    """Return the smaller of two estimates, with the smaller of both lower and of both upper ends as interval.

    That covers the smaller of the two true values at least about as often as each interval covers its own: at most
    the two upper tails together where both are equal, the one tail of the smaller elsewhere.
    """
    less = min(first, second, key=lambda estimate: estimate.value)
    return less._replace(low=float(np.minimum(first.low, second.low)), high=float(np.minimum(first.high, second.high)))


def is_soup(entry: Entry) -> bool:
    """Return whether the model is an average of others."""
    return entry.run is not None and entry.run.record.soup is not None


def _key(entry: Entry) -> tuple[object, ...]:
    mixture = entry.mixture
    if mixture is None or is_soup(entry):
        return ("alone", entry.key)
    shares = tuple((name, round(share, 2)) for name, share in mixture.shares.items())
    return (_SEED.sub("", mixture.name), mixture.total, mixture.unit, shares, entry.model, _recipe(entry))


def _seed(entry: Entry) -> tuple[object, ...]:
    seed = entry.run.record.seed if entry.run else None
    return (entry.mixture.mixture_id if entry.mixture else "", seed)


def _name(entry: Entry) -> str:
    return entry.name if is_soup(entry) or entry.mixture is None else _SEED.sub("", entry.mixture.name)


def _recipe(entry: Entry) -> str:
    return _SEED.sub("", Path(entry.run.record.recipe).stem) if entry.run else ""


def _common(found: Scores, keys: list[str], base: str, arm: str, less: str | None = None) -> tuple[Floats, Mask]:
    """Changes over the base (R, items) on the items that all have, and which items these are."""
    rows = [found.change(key, base, arm) - (found.change(key, base, less) if less else 0.0) for key in keys]
    known = counted(*rows)
    return np.stack(rows)[:, known], known


def _by_arm(group: Group, found: Scores, treatments: list[Trained], arm: str, less: str | None) -> dict[int, Estimate]:
    """Means of one arm, less those of another, by index of the treatment; treatments that lack one are left out."""
    needed = [name for name in (arm, less) if name]
    sat = [
        t
        for t, each in enumerate(treatments)
        if all((entry.key, name) in group.cells for entry in each.entries for name in needed)
    ]
    keys = [entry.key for t in sat for entry in treatments[t].entries]
    if not keys:
        return {}
    owner = np.repeat(np.arange(len(sat)), [len(treatments[t].entries) for t in sat]).astype(np.int64)
    changes, known = _common(found, keys, group.base.key, arm, less)
    if not known.any():
        return {}
    codes = coded(found.books[arm][known])
    influence = parts(changes, codes, int(codes.max()) + 1)
    size, count = np.array([known.sum()]), np.array([influence.shape[1]])
    made = Balance(changes.mean(axis=1)[None], influence[None], owner, size, count)
    return dict(zip(sat, _means(made, 0, len(sat)), strict=True))


def _means(both: Balance, score: int, count: int) -> list[Estimate]:
    """Two levels for treatments with several seeds; for those with one, this checkpoint on these items."""
    seeds = np.bincount(both.owner, minlength=count)
    several = seeds[both.owner] > 1
    replicated = np.unique(both.owner[several])
    found: dict[int, Estimate] = {}
    if replicated.size:
        relabelled = np.searchsorted(replicated, both.owner[several])
        own = levels(both.values[:, several], both.influence[:, several], relabelled, both.clusters)
        found = dict(zip(replicated.tolist(), estimates(own, score, int(both.items[score])), strict=True))
    items, count_of = int(both.items[score]), int(both.clusters[score])
    for run in np.flatnonzero(~several):
        variance = float(spread(both.influence[score, run], both.clusters[score]))
        value = float(both.values[score, run])
        found[int(both.owner[run])] = interval(value, variance, max(count_of - 1, 1), items, count_of)
    return [found[t] for t in range(count)]


def _nothing() -> Estimate:
    nan = float("nan")
    return Estimate(nan, nan, nan, nan, 0, 0)
