"""How likely each mixture is not beaten in both scores at once."""

import numpy as np
import numpy.typing as npt

from medlong.inference.clusters import few
from medlong.inference.reading import weights

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DRAWS = 2_000


def membership(
    means: Floats, influence: Floats, seeds: Ints, extra: Floats, seed: int = 0, clusters: Ints | None = None
) -> Floats:
    """Return for each mixture the share of bootstrap samples in which no other is better in both scores.

    Clusters are drawn once a sample for all mixtures, as all were asked the same items. That moves each mean by the
    runs' luck with items too, so what is added for the seeds is only the variance between runs beyond that luck.

    Args:
        means: (2, T).
        influence: (2, T, G), from `clusters.parts`.
        seeds: (T,), runs of each.
        extra: (2, 2), covariance between runs of one mixture beyond their luck with items; zeros where unknown.
        seed: Of the bootstrap.
        clusters: (2,), how many of the G hold items of each score; None where all do.

    Returns:
        (T,); of mixtures with one run each, that of these checkpoints.
    """
    generator = np.random.default_rng([seed, 1])
    count = influence.shape[2]
    scale = np.sqrt(few(_counts(influence, clusters)))[:, None]
    moved = scale * np.einsum("dg,qtg->dqt", weights(count, seed, DRAWS) - 1.0, influence)
    values, vectors = np.linalg.eigh(extra)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    luck = np.einsum("qk,dkt->dqt", root, generator.standard_normal((DRAWS, *means.shape))) / np.sqrt(seeds)
    drawn = means + moved + luck
    better = (drawn[:, :, :, None] > drawn[:, :, None, :]).all(axis=1)
    return np.asarray(1.0 - better.any(axis=1).mean(axis=0))


def beyond_luck(values: Floats, influence: Floats, owner: Ints, clusters: Ints | None = None) -> Floats:
    """Return the covariance (2, 2) between runs of one mixture, less that of their luck with items; 0 without seeds.

    Args:
        values: (2, R), scores of every run.
        influence: (2, R, G).
        owner: (R,), the mixture of each run.
        clusters: (2,), how many of the G hold items of each score; None where all do.
    """
    df = owner.size - np.unique(owner).size
    if df == 0:
        return np.zeros((2, 2))
    count = _counts(influence, clusters)
    residuals, own = values.copy(), influence.copy()
    for mixture in np.unique(owner):
        runs = owner == mixture
        residuals[:, runs] -= values[:, runs].mean(axis=1, keepdims=True)
        own[:, runs] -= influence[:, runs].mean(axis=1, keepdims=True)
    luck = few(np.minimum(count[:, None], count[None, :])) * np.einsum("prg,qrg->pq", own, own)
    return np.asarray((residuals @ residuals.T - luck) / df)


def _counts(influence: Floats, clusters: Ints | None) -> Ints:
    return np.full(influence.shape[0], influence.shape[2]) if clusters is None else clusters
