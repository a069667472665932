"""Rows that give an exam away: a question of a bank in a row's words, or a page of it.

Shared n-grams alone are a bad rule. Questions are often shorter than the n-gram, so copies are missed; and case
histories share stock phrases, so honest rows are dropped. Hence a question counts as found when it stands in the row
as it is, and only then by how much of it shared n-grams cover; what many questions of a bank share is not counted.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from pydantic import Field, model_validator

from medlong.catalog import unknown
from medlong.config import Strict
from medlong.errors import ConfigError
from medlong.hashing import digest
from medlong.mixing.content import Message

if TYPE_CHECKING:
    from medlong.exam.bank import Bank

REASONS = ("question", "overlap", "page")
"""Why a row is contaminated, the surest reason first: the question itself, much of it, or a page."""

Positive = Annotated[int, Field(strict=True, gt=0)]


class DecontaminateSpec(Strict):
    """Which exams the rows of a mixture must not give away, and what counts as giving away."""

    banks: tuple[str, ...] = ()
    """Names of banks that ship with medlong or were imported, or folders of banks."""

    items: bool = True
    """Look for questions."""

    pages: bool = True
    """Look for pages."""

    min_coverage: float = Field(default=0.5, gt=0, le=1)
    """Share of a question's words, of a page's n-grams, or of a turn's in a page, from which a row is contaminated."""

    ngram: Positive = 13
    """Words of a shared run that counts, for pages and for questions of at least twice as many words."""

    short_ngram: Positive = 8
    """The same for shorter questions; one of fewer words than this counts only with an option beside it."""

    ignore_templates: bool = True
    """Leave out runs of words that `min_items` different questions (or pages) of a bank have."""

    min_items: int = Field(default=5, strict=True, ge=2)
    """From how many questions on a run of words, or a whole question, is a form and not a question."""

    action: Literal["drop", "report", "error"] = "drop"
    """What a build does with a contaminated row; all three list it."""

    @model_validator(mode="after")
    def _short_is_shorter(self) -> "DecontaminateSpec":
        if self.short_ngram > self.ngram:
            raise ValueError(f"short_ngram is {self.short_ngram}, must not be above ngram, {self.ngram}")
        return self


class Hit(NamedTuple):
    """What a row has of an exam."""

    bank: str
    """As the specification names it."""

    item: str
    """Id of the item, or of the page."""

    reason: str
    """One of `REASONS`."""

    coverage: float
    theirs: str
    """The question, or the page."""

    ours: str
    """The row's turns, an empty line between them."""


def guard(spec: DecontaminateSpec, base: Path = Path()) -> Callable[[Sequence[Message]], Hit | None]:
    """Return a function that says what a row gives away of the banks of `spec`, or None.

    What it says of a row depends on nothing but the row and the banks, in whichever order they are named.

    Args:
        spec: What to look for.
        base: The folder in which relative folders of banks start.

    Raises:
        ConfigError: If there is no such bank, or it holds faults.
    """
    from medlong.mixing.bankindex import BankIndex

    return BankIndex(spec, {name: bank(name, base) for name in dict.fromkeys(spec.banks)})


def bank(name: str, base: Path = Path()) -> "Bank":
    """Return the bank of that name: one that ships with medlong, a folder in `base`, or an imported one.

    Raises:
        ConfigError: If there is none, or it holds faults.
    """
    from medlong.exam import bankfile, banks

    if name in banks.EMBEDDED:
        return banks.load(name)
    if name and banks.is_folder(str(base / name)):
        return bankfile.read(base / name)
    if name not in banks.IMPORTED:
        known = (*banks.EMBEDDED, *banks.IMPORTED)
        raise ConfigError(f"{unknown('bank', name, known)}; {base / name} is no folder of a bank either")
    return banks.load(banks.source(name, {}))


def fingerprint(spec: DecontaminateSpec, base: Path = Path()) -> str:
    """Return a digest that changes when the banks of `spec` in folders do; those that ship change with the version."""
    held = [
        [path.relative_to(base / name).as_posix(), path.stat().st_size, path.stat().st_mtime_ns]
        for name in spec.banks
        for path in sorted((base / name).rglob("*"))
        if path.is_file()
    ]
    return digest([spec.model_dump(mode="json"), held])
