"""Which mixtures the evidence leaves as the best: one, several, equivalent ones, or that it cannot say."""

from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import numpy.typing as npt

from medlong.inference.permutation import holm
from medlong.inference.seeds import Contrasts, Levels, contrasts

Floats = npt.NDArray[np.float64]

ALPHA = 0.05
MARGIN = 0.03
"""Mixtures whose balance differs by less than this are equivalent: 3 points."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What may be said of mixtures 0 to T - 1."""

    kind: Literal["best", "tied", "equivalent", "insufficient"]
    members: tuple[int, ...]
    """Those not shown to be worse than the one with the highest balance, which comes first."""
    worse: tuple[int, ...]
    """Those shown to be worse."""
    p: Floats
    """(T, T), two-sided, after Holm over all pairs."""


def decide(own: Levels, margin: float = MARGIN, alpha: float = ALPHA) -> Decision:
    """Return what the runs of several mixtures support.

    The balance of a mixture is the smallest of its scores. All pairs are tested and corrected by Holm's method, so
    that the chance of any false difference is `alpha` (family-wise). Then:

    - best: every other mixture is shown to be worse than the top one;
    - equivalent: all that are not shown to be worse differ by less than `margin`, pair by pair, each shown by two
      one-sided tests (TOST; Schuirmann 1987, J. Pharmacokinet. Biopharm. 15:657-680), which need no correction because
      all of them must hold (Berger 1982, Technometrics 24:295-300);
    - tied: some are shown to be worse, and several are left;
    - insufficient: nothing could be told apart.
    """
    differences = contrasts(own)
    above = smallest_above(differences)
    mixtures = own.seeds.size
    pairs = list(combinations(range(mixtures), 2))
    corrected = holm([min(1.0, 2 * min(above[a, b], above[b, a])) for a, b in pairs])
    p = np.ones((mixtures, mixtures))
    for (a, b), value in zip(pairs, corrected, strict=True):
        p[a, b] = p[b, a] = value
    balance = own.means.min(axis=0)
    order = [int(index) for index in np.argsort(-balance, kind="stable")]
    top = order[0]
    worse = tuple(t for t in order[1:] if p[top, t] <= alpha and above[top, t] < above[t, top])
    members = tuple(t for t in order if t not in worse)
    if len(members) == 1:
        return Decision("best", members, worse, p)
    near = smallest_above(differences, margin)
    if all(max(near[a, b], near[b, a]) <= alpha for a, b in combinations(members, 2)):
        return Decision("equivalent", members, worse, p)
    return Decision("tied" if worse else "insufficient", members, worse, p)


def smallest_above(differences: Contrasts, shift: float = 0.0) -> Floats:
    """Return one-sided p-values (T, T) that the smallest score of the row plus `shift` is not above that of the column.

    A smallest score is above another's when all scores of the one are above some score of the other. For each score
    of the column all must be shown (intersection-union test, the largest p-value counts; Berger 1982); the score that
    shows it best is taken. With one score this is the plain test.
    """
    return np.asarray(differences.p_above(shift).max(axis=0).min(axis=1))
