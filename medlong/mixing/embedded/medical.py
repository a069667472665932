"""The source `medical_embedded`: textbook medicine and clinical arithmetic, with no drug that does not exist.

Facts are those of general textbooks of anatomy, physiology and nursing practice. They teach a model the
language of medicine; they are no advice for the care of a patient.
"""

from collections.abc import Iterator
from itertools import chain

from medlong.mixing.embedded import (
    medical_body,
    medical_care,
    medical_causes,
    medical_cells,
    medical_conditions,
    medical_doses,
    medical_measures,
    medical_ranges,
    medical_terms,
    medical_words,
)
from medlong.mixing.embedded.row import Row, distinct

MODULES = (
    medical_words,
    medical_terms,
    medical_body,
    medical_cells,
    medical_conditions,
    medical_causes,
    medical_care,
    medical_ranges,
    medical_doses,
    medical_measures,
)


def rows() -> Iterator[Row]:
    """Yield every row, always the same ones in the same order."""
    return distinct(chain.from_iterable(family() for module in MODULES for family in module.FAMILIES))
