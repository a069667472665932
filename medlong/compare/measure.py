"""From samples to numbers: accuracy, difference to the base and net long-context change of every arm."""

import re
from dataclasses import dataclass

import polars as pl

from medlong.compare.statistics import Estimate, Interval, clustered_mean, paired_difference, wilson

ORACLE = "oracle"
_LENGTH = re.compile(r"\d+k")

Sitting = dict[str, pl.DataFrame]
"""What one model did in one exam: by arm, one row an item that fitted its window."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one model did in one arm."""

    arm: str
    length: int
    n_items: int
    """Items asked, those longer than the window included."""
    n_overlength: int
    n_no_answer: int | None
    """Counted items from which no answer could be read; None where the scoring does not record it."""
    accuracy: Estimate
    rate: Interval
    """Wilson interval of the accuracy."""
    difference: Estimate | None
    """Model minus base, item by item; None for the base itself or where the base lacks the arm."""
    net: Estimate | None
    """D(L): the difference at this length minus the difference on oracle; None elsewhere."""


def arm_order(arm: str, length: int) -> tuple[int, str, int, str]:
    """Return the sort key of an arm: closed, oracle, rising lengths, then variants by name, each in that order."""
    fixed = {"closed": 0, ORACLE: 1}
    variant = arm.rpartition("_")[0]
    rank = 3 if variant else fixed.get(arm, 2 if is_length(arm) else 4)
    return rank, variant, length, arm


def is_length(arm: str) -> bool:
    """Return whether `arm` is an open-book arm at a length, such as `008k`."""
    return _LENGTH.fullmatch(arm) is not None


def measure(samples: pl.DataFrame, base: Sitting | None) -> dict[str, Cell]:
    """Return the cells of one model by arm, in the order of the tables.

    Args:
        samples: The model's samples in one exam, one row an arm and item.
        base: What the model it is compared with did; None for the base itself.
    """
    own = sit(samples)
    lengths = samples.group_by("arm").agg(pl.col("length").max(), pl.len())
    arms = sorted(lengths.rows(), key=lambda row: arm_order(row[0], row[1]))
    pairs = {} if base is None else {arm: _pairs(own[arm], base.get(arm)) for arm, _, _ in arms}
    return {
        arm: _cell(arm, length, asked, own[arm], None if base is None else pairs[arm], pairs.get(ORACLE))
        for arm, length, asked in arms
    }


def sit(samples: pl.DataFrame) -> Sitting:
    """Return, by arm, the items that fitted the window, in a fixed order, with their clusters.

    Where there is no book the item is its own cluster.
    """
    own = pl.when(pl.col("book") == "").then("item:" + pl.col("item")).otherwise("book:" + pl.col("book"))
    rows = samples.select("arm", "item", "acc", "no_answer", "overlength", own.alias("cluster")).sort("item")
    return {
        str(arm): part.filter(~pl.col("overlength")) for (arm,), part in rows.partition_by("arm", as_dict=True).items()
    }


def _cell(
    arm: str, length: int, asked: int, counted: pl.DataFrame, pairs: pl.DataFrame | None, oracle: pl.DataFrame | None
) -> Cell:
    right = float(counted["acc"].sum())
    silent = counted["no_answer"]
    return Cell(
        arm=arm,
        length=length,
        n_items=asked,
        n_overlength=asked - counted.height,
        n_no_answer=None if silent.null_count() else int(silent.sum()),
        accuracy=clustered_mean(counted["acc"].to_numpy(), counted["cluster"].to_list()),
        rate=wilson(right, counted.height),
        difference=None if pairs is None else _difference(pairs, "acc", "base"),
        net=_net(pairs, oracle) if pairs is not None and oracle is not None and is_length(arm) else None,
    )


def _pairs(own: pl.DataFrame, base: pl.DataFrame | None) -> pl.DataFrame:
    """Items of an arm that both models were counted on, in order of the items."""
    other = (own.clear() if base is None else base).select("item", pl.col("acc").alias("base"))
    return own.select("item", "acc", "cluster").join(other, on="item", maintain_order="left")


def _difference(pairs: pl.DataFrame, first: str, second: str) -> Estimate | None:
    if pairs.is_empty():
        return None
    return paired_difference(pairs[first].to_numpy(), pairs[second].to_numpy(), pairs["cluster"].to_list())


def _net(pairs: pl.DataFrame, oracle: pl.DataFrame) -> Estimate | None:
    change = pl.col("acc") - pl.col("base")
    page = oracle.select("item", change.alias("oracle"))
    both = pairs.select("item", "cluster", change.alias("open")).join(page, on="item", maintain_order="left")
    return _difference(both, "open", "oracle")
