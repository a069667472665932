"""Which rows a mixture leaves out for what they are: by its filters, and because they give an exam away."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from medlong.errors import DataError
from medlong.mixing.filters import filters
from medlong.mixing.guard import Hit, guard
from medlong.mixing.lengths import Characters, Tokens, counter
from medlong.mixing.near import near_duplicates
from medlong.mixing.select import Message
from medlong.mixing.spec import Mixture

NEAR = "near_duplicate"
CONTAMINATED = "contaminated"
"""Before a hit's own reason: contaminated_question, contaminated_overlap, contaminated_page."""


class Drop(NamedTuple):
    """One row that is left out, or reported, and why."""

    source: str
    content_id: str
    reason: str
    dropped: bool
    """False for a row that is only reported."""

    facts: Mapping[str, Any]
    """Of a contaminated row bank, item, coverage and both texts; of a near duplicate the row that stays for it."""

    def record(self) -> dict[str, Any]:
        """Return this as one flat record."""
        record = self._asdict()
        return record | dict(record.pop("facts"))


class Judge:
    """Judges the rows of one mixture file, each by itself."""

    def __init__(self, mixture: Mixture, folder: Path) -> None:
        self._action = mixture.decontaminate.action if mixture.decontaminate else ""
        self._count = lengths_counter(mixture, folder)
        self._filters = filters(mixture.filter, mixture.sequence_len)
        self._guard = guard(mixture.decontaminate, folder) if mixture.decontaminate else None

    def __call__(self, source: str, content_id: str, messages: Sequence[Message]) -> Drop | None:
        """Return why a row is left out or reported, or None.

        Raises:
            DataError: If the mixture asks for an error where such a row turns up.
        """
        reason = self._filters(messages, self._count(messages))
        if reason:
            return Drop(source, content_id, reason, dropped=True, facts={})
        hit = self._guard(messages) if self._guard else None
        return self._contaminated(source, content_id, hit) if hit else None

    def _contaminated(self, source: str, content_id: str, hit: Hit) -> Drop:
        if self._action == "error":
            raise DataError(f"gives away {hit.item!r} of bank {hit.bank} ({hit.reason}): {hit.theirs!r:.120}")
        facts = {key: value for key, value in hit._asdict().items() if key != "reason"}
        return Drop(source, content_id, f"{CONTAMINATED}_{hit.reason}", dropped=self._action == "drop", facts=facts)


def lengths_counter(mixture: Mixture, folder: Path) -> Characters | Tokens:
    """Return what counts the rows of a mixture whose file lies in `folder`: tokens, where it names a tokenizer."""
    return counter(mixture.tokenizer.beside(folder) if mixture.tokenizer else None)


def nearly_the_same(own: Mapping[str, Iterable[str]], signatures: Mapping[str, bytes], jaccard: float) -> list[Drop]:
    """Return the rows that go for a near duplicate in an earlier source, or for one of smaller content id in their own.

    Args:
        own: Content ids of each source, in the order of the file; none twice.
        signatures: Of every content id; see `near.signature`.
        jaccard: From which likeness on rows are near.
    """
    places = {row: place for place, rows in enumerate(own.values()) for row in rows}
    sources = list(own)
    found = near_duplicates(((row, place, signatures[row]) for row, place in places.items()), jaccard)
    return [Drop(sources[places[row]], row, NEAR, dropped=True, facts={"kept": kept}) for row, kept in found.items()]
