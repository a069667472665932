"""An analysis made by hand: the tables are tested on what it says, whatever works it out."""

import math
from collections.abc import Sequence

from medlong.compare.analysis import Analysis, Reading, Tested, Treatment, Verdict
from medlong.compare.comparison import Group
from medlong.compare.measure import is_length
from medlong.compare.statistics import Estimate, Interval


def estimate(value: float, se: float = 0.02) -> Estimate:
    return Estimate(value, se, value - 2 * se, value + 2 * se, 60, 12)


def analysis(group: Group, holm: dict[tuple[str, str], float], needs: Sequence[str] = ("2 more seeds",)) -> Analysis:
    """Every gain is 25 points, every retention 80 %; `holm` has the corrected p by run and arm, else it is 1."""
    lengths = [arm for arm in group.arms if is_length(arm)]
    readings = {}
    for entry in group.entries:
        tuned = entry is not group.base

        def tested(arm: str, name: str = entry.name) -> Tested:
            return Tested(estimate(-0.1), 0.01, holm.get((name, arm), 1.0))

        readings[entry.key] = Reading(
            entry.key,
            {arm: estimate(0.25) for arm in lengths},
            {arm: estimate(0.8) for arm in lengths[1:]},
            4096 if tuned else None,
            Interval(1024, 16384) if tuned else Interval(0, 1024),
            {arm: tested(arm) for arm in group.arms} if tuned else {},
            {arm: tested(arm) for arm in lengths} if tuned else {},
        )
    treatments = tuple(
        Treatment(
            entry.mixture.name if entry.mixture else entry.name,
            (entry.key,),
            2,
            {arm: estimate(0.05) for arm in group.arms},
            {arm: estimate(-0.03) for arm in lengths},
            estimate(0.1),
            estimate(-0.04),
            estimate(-0.04),
            0.83,
        )
        for entry in group.entries[1:]
    )
    verdict = Verdict("tied", ("g50m50",), "Tied: g50m50 is ahead, and not by enough.", tuple(needs))
    return Analysis(group, readings, treatments, math.nan, None, (), verdict)
