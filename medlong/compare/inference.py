"""Where the tables take the analysis of a comparison from."""

from collections.abc import Iterable

from medlong.compare.analyse import analyse
from medlong.compare.analysis import Analysis
from medlong.compare.comparison import Comparison, Group


def analyses(comparison: Comparison, seed: int = 0) -> tuple[Analysis, ...]:
    """Return the analysis of every group."""
    return tuple(analyse(comparison, group, seed) for group in comparison.groups)


def analysis_of(group: Group, found: Iterable[Analysis]) -> Analysis | None:
    """Return the analysis of `group` among `found`, by exam and base; None where it has none."""
    wanted = group.exam, group.base.key
    return next((one for one in found if (one.group.exam, one.group.base.key) == wanted), None)
