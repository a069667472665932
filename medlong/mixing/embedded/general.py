"""The source `general_embedded`: everyday instruction rows without any medicine."""

from collections.abc import Iterator
from itertools import chain

from medlong.mixing.embedded import (
    general_facts,
    general_numbers,
    general_order,
    general_reading,
    general_records,
    general_words,
    general_writing,
)
from medlong.mixing.embedded.row import Row, distinct

MODULES = (
    general_numbers,
    general_order,
    general_words,
    general_facts,
    general_reading,
    general_records,
    general_writing,
)


def rows() -> Iterator[Row]:
    """Yield every row, always the same ones in the same order."""
    return distinct(chain.from_iterable(family() for module in MODULES for family in module.FAMILIES))
