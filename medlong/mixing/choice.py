"""What was chosen for a mixture, of what there was."""

from collections.abc import Mapping
from typing import NamedTuple

from medlong.mixing.lengths import Lengths
from medlong.mixing.quotas import Asked


class Stock(NamedTuple):
    """What one source has."""

    available: int
    """Rows, duplicates included."""

    rejected: int
    """Bad rows, which the source allows and which are left out."""

    distinct: int
    """Distinct rows that were not left out for what they are."""

    duplicates: int
    """Those of them that a source of higher rank has as well, and keeps."""

    dropped: Mapping[str, int]
    """Distinct rows left out, by reason."""

    sha256: str
    """Of the sorted content ids of the distinct rows, which pins what the source held."""


class Band(NamedTuple):
    """What was taken of one source in one band of lengths."""

    label: str
    examples: int
    lengths: Lengths


class Taken(NamedTuple):
    """What was taken of one source."""

    bands: tuple[Band, ...]
    max_repeats: int
    """Most times one row is used."""

    @property
    def examples(self) -> int:
        """Rows, repeats included."""
        return sum(band.examples for band in self.bands)

    @property
    def lengths(self) -> Lengths:
        """Of all rows together."""
        return Lengths(*map(sum, zip(Lengths(0, 0, 0), *(band.lengths for band in self.bands), strict=True)))


class SamePrompt(NamedTuple):
    """Prompts with several answers among the distinct rows of all sources."""

    prompts: int
    rows: int


class Choice(NamedTuple):
    """The rows of a mixture, in numbers; `choose` lists them in files."""

    asked: Asked
    stocks: dict[str, Stock]
    taken: dict[str, Taken]
    same_prompt: SamePrompt
    examples: int
    mixture_id: str
    listed: int
    """Rows that were left out or reported, which have a list too."""
