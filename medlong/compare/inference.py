"""Where the tables take the analysis of a comparison from."""

from collections.abc import Iterable
from importlib import import_module

from medlong.compare.analysis import Analysis
from medlong.compare.comparison import Comparison, Group

SOURCE = "medlong.compare.analyse"


def analyses(comparison: Comparison, seed: int = 0) -> tuple[Analysis, ...]:
    """Return the analysis of every group; none where this version of the package does not analyse."""
    try:
        analyse = import_module(SOURCE).analyse
    except ModuleNotFoundError as error:
        if error.name != SOURCE:
            raise
        return ()
    return tuple(analyse(comparison, group, seed) for group in comparison.groups)


def analysis_of(group: Group, found: Iterable[Analysis]) -> Analysis | None:
    """Return the analysis of `group` among `found`, by exam and base; None where it has none."""
    wanted = group.exam, group.base.key
    return next((one for one in found if (one.group.exam, one.group.base.key) == wanted), None)
