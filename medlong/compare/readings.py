"""How each model of a group uses an open book, and its tested differences to the base."""

from collections.abc import Callable

import numpy as np

from medlong.compare.analysis import Reading, Tested
from medlong.compare.comparison import Group
from medlong.compare.measure import ORACLE, is_length
from medlong.compare.scores import CLOSED, Floats, Scores, clusters, coded, counted
from medlong.compare.statistics import Estimate, Interval, paired_difference
from medlong.compare.treatments import gain
from medlong.inference.permutation import holm, sign_flip
from medlong.inference.reading import effective_length, retention

NO_INTERVAL = Interval(float("nan"), float("nan"))


def readings(group: Group, found: Scores, seed: int) -> dict[str, Reading]:
    """Return the reading of every model, the base included, by entry key."""
    return {entry.key: _reading(group, found, entry.key, seed) for entry in group.entries}


def _reading(group: Group, found: Scores, key: str, seed: int) -> Reading:
    arms = [arm for arm in group.arms if (key, arm) in group.cells]
    lengths = [arm for arm in arms if is_length(arm)]
    gains = {arm: gain(found, key, arm) for arm in lengths} if CLOSED in arms else {}
    kept = _retentions(found, key, lengths, seed) if {CLOSED, ORACLE} <= set(arms) else {}
    effective, span = _effective(group, found, key, seed) if ORACLE in arms and found.lengths else (None, NO_INTERVAL)
    differences, net = _against_base(group, found, key, arms, seed) if key != group.base.key else ({}, {})
    return Reading(key, gains, kept, effective, span, differences, net)


def _retentions(found: Scores, key: str, lengths: list[str], seed: int) -> dict[str, Estimate]:
    """Only where the oracle is shown to beat the closed book: else the ratio is of noise."""
    kept = {}
    for arm in lengths:
        opened, closed, oracle = (found.values[key, name] for name in (arm, CLOSED, ORACLE))
        every = counted(opened, closed, oracle)
        names = found.books[arm][every]
        gap = paired_difference(oracle[every], closed[every], names.tolist())
        if gap.low > 0:
            kept[arm] = retention(opened[every], closed[every], oracle[every], coded(names), seed)
    return kept


def _effective(group: Group, found: Scores, key: str, seed: int) -> tuple[int | None, Interval]:
    tokens = [group.cells[key, arm].length for arm in found.lengths]
    opened = [found.values[key, arm] for arm in found.lengths]
    longest, span = effective_length(opened, found.values[key, ORACLE], clusters(found), tokens, seed)
    return longest or None, span


def _against_base(
    group: Group, found: Scores, key: str, arms: list[str], seed: int
) -> tuple[dict[str, Tested], dict[str, Tested]]:
    """Differences and D(L); the lengths are one family of Holm's, the other arms another."""
    base = group.base.key
    shared = [arm for arm in arms if group.cells[key, arm].difference is not None]

    def difference(arm: str) -> Floats:
        return found.change(key, base, arm)

    def net(arm: str) -> Floats:
        return found.change(key, base, arm) - found.change(key, base, ORACLE)

    lengths = [arm for arm in shared if is_length(arm)]
    others = [arm for arm in shared if not is_length(arm)]
    tested = _tested(found, others, difference, seed) | _tested(found, lengths, difference, seed)
    with_oracle = lengths if ORACLE in shared else []
    return {arm: tested[arm] for arm in shared}, _tested(found, with_oracle, net, seed)


def _tested(found: Scores, arms: list[str], change: Callable[[str], Floats], seed: int) -> dict[str, Tested]:
    estimates: list[Estimate] = []
    p_values: list[float] = []
    for arm in arms:
        values = change(arm)
        known = counted(values)
        names = found.books[arm][known].tolist()
        estimates.append(paired_difference(values[known], np.zeros(int(known.sum())), names))
        p_values.append(sign_flip(values[known], names, seed))
    corrected = holm(p_values)
    made = [Tested(*each) for each in zip(estimates, p_values, corrected, strict=True)]
    return dict(zip(arms, made, strict=True))
