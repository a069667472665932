"""Items in clusters: what each cluster adds to the error of a mean, and the clusters of several arms at once."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def parts(scores: Floats, clusters: Ints, count: int) -> Floats:
    """Return by how much each cluster moves the mean: the sums of its residuals over the number of items.

    Args:
        scores: Shape (..., items).
        clusters: Cluster of each item, from 0 to `count` - 1.
        count: Clusters in all; one without items here moves nothing.

    Returns:
        Shape (..., count); they sum to 0, and their squares, summed by `spread`, are the variance of the mean.
    """
    residuals = scores - scores.mean(axis=-1, keepdims=True)
    return np.asarray(sums(residuals, clusters, count) / scores.shape[-1])


def sums(values: Floats, clusters: Ints, count: int) -> Floats:
    """Return the sums of `values` (..., items) by cluster, shape (..., count)."""
    member = np.zeros((clusters.size, count))
    member[np.arange(clusters.size), clusters] = 1.0
    return values @ member


def spread(influence: Floats, count: Ints | None = None) -> Floats:
    """Return the cluster-robust variance (CR1) of means whose `parts` are `influence`, over the last axis.

    Args:
        influence: Shape (..., clusters).
        count: Clusters that hold items of each mean, of the shape of the result; None where all do.
    """
    sizes = np.asarray(influence.shape[-1] if count is None else count)
    return np.asarray(few(sizes) * (influence**2).sum(axis=-1))


def few(count: Ints) -> Floats:
    """Return G / (G - 1), by which CR1 makes up for few clusters."""
    return np.asarray(count / np.maximum(count - 1, 1))


def joined(books: Sequence[Sequence[str]]) -> Ints:
    """Return one clustering of items that stand in other books in every arm.

    Items that share a book in any arm are in one cluster, and so are those linked by a third. Where that leaves a
    single cluster, the books of the arm that has the fewest are taken, which ignores the links of the other arms.

    Args:
        books: For each arm, the book of each item, items in one order throughout.
    """
    codes = [np.unique(np.asarray(names, dtype=np.str_), return_inverse=True)[1] for names in books]
    n = codes[0].size
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    offsets = np.cumsum([n, *(int(code.max()) + 1 for code in codes)])
    rows = np.tile(np.arange(n), len(codes))
    columns = np.concatenate([code + offset for code, offset in zip(codes, offsets, strict=False)])
    size = int(offsets[-1])
    links = coo_array((np.ones(rows.size), (rows, columns)), shape=(size, size))
    labels = connected_components(links, directed=False)[1][:n]
    linked = np.unique(labels, return_inverse=True)[1]
    return np.asarray(linked if linked.max() > 0 else min(codes, key=lambda code: int(code.max())), dtype=np.int64)
