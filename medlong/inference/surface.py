"""A response surface over the share of general data and the total, and where it is highest."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy
from scipy.stats import f

from medlong.compare.statistics import CONFIDENCE, Interval

Floats = npt.NDArray[np.float64]

DRAWS = 2_000
GRID = 201


@dataclass(frozen=True, slots=True)
class Surface:
    """A fitted response surface; `best_*` is the highest place within the range of what was tried."""

    terms: tuple[str, ...]
    coefficients: tuple[float, ...]
    best_share: float
    best_share_interval: Interval
    best_total: float
    lack_of_fit_p: float
    """nan without replicates, or where nothing is left to test."""


def fit(share: Floats, total: Floats, score: Floats, seed: int = 0) -> Surface | None:
    """Return the least-squares surface of `score`, one value a run, or None where there are too few mixtures.

    Terms are 1, x, x**2 and x log x for the share x, and log T and x log T where totals differ. Without the term
    x log x (Becker 1968, J. Royal Stat. Soc. B 30:349-358, on blending that levels off) the best share of a plateau
    is confidently placed in its middle.

    Args:
        share: Share of general data, 0 to 1.
        total: Size of the mixture.
        score: What is to be high.
        seed: Of the interval of the best share.

    Returns:
        The surface; None with fewer distinct mixtures than terms and one, or where share and total cannot be told
        apart. The interval of the best share is a parametric bootstrap: coefficients drawn around those found, with
        the residual error, lack of fit included, and its own uncertainty (chi-squared), and the best place of each.
    """
    names, x = _terms(share, total, np.unique(total).size > 1)
    places, place = np.unique(np.stack([share, total]), axis=1, return_inverse=True)
    n, k = x.shape
    if places.shape[1] < k + 1 or np.unique(share).size < 4 or np.linalg.matrix_rank(x) < k:
        return None
    coefficients = np.linalg.lstsq(x, score, rcond=None)[0]
    residual = float(((score - x @ coefficients) ** 2).sum())
    grid_share, grid_total = _grid(share, total)
    grid = _terms(grid_share, grid_total, len(names) > 4)[1]
    best = int(np.argmax(grid @ coefficients))
    generator = np.random.default_rng([seed, 2])
    sd = np.sqrt(residual / generator.chisquare(n - k, DRAWS))
    # R of QR rather than the inverse of X'X, which loses half the digits of nearly parallel terms
    upper = np.linalg.qr(x, mode="r")
    moves = np.linalg.solve(upper, generator.standard_normal((k, DRAWS))) * sd
    found = grid_share[np.argmax(grid @ (coefficients[:, None] + moves), axis=0)]
    low, high = np.quantile(found, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Surface(
        terms=names,
        coefficients=tuple(float(value) for value in coefficients),
        best_share=float(grid_share[best]),
        best_share_interval=Interval(float(low), float(high)),
        best_total=float(grid_total[best]),
        lack_of_fit_p=_lack_of_fit(residual, score, place.ravel(), k),
    )


def _lack_of_fit(residual: float, score: Floats, place: npt.NDArray[np.intp], k: int) -> float:
    """p of the F test of the residuals between mixtures against those between runs of one mixture."""
    counts = np.bincount(place)
    means = np.bincount(place, weights=score) / counts
    pure, pure_df = float(((score - means[place]) ** 2).sum()), score.size - counts.size
    lack_df = counts.size - k
    if pure_df < 1 or lack_df < 1 or pure <= 0:
        return float("nan")
    return float(f.sf(((residual - pure) / lack_df) / (pure / pure_df), lack_df, pure_df))


def _terms(share: Floats, total: Floats, with_total: bool) -> tuple[tuple[str, ...], Floats]:
    names: tuple[str, ...] = ("1", "share", "share^2", "share log share")
    columns = [np.ones_like(share), share, share**2, xlogy(share, share)]
    if with_total:
        names = (*names, "log total", "share log total")
        columns += [np.log(total), share * np.log(total)]
    return names, np.stack(columns, axis=1)


def _grid(share: Floats, total: Floats) -> tuple[Floats, Floats]:
    shares = np.linspace(share.min(), share.max(), GRID)
    totals = np.unique(total)
    return np.tile(shares, totals.size), np.repeat(totals, GRID)
