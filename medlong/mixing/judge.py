"""Which rows a mixture leaves out for what they are: by its filters, and because they give an exam away."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from medlong.errors import DataError
from medlong.mixing.content import Message
from medlong.mixing.filters import filters
from medlong.mixing.guard import Hit, guard
from medlong.mixing.lengths import Lengths, counter
from medlong.mixing.spec import Mixture

CONTAMINATED = "contaminated"
"""Before a hit's own reason: contaminated_question, contaminated_overlap, contaminated_page."""


class Verdict(NamedTuple):
    """Why one row is left out, or reported."""

    reason: str
    dropped: bool
    """False for a row that is only reported."""

    facts: Mapping[str, Any]
    """Of a contaminated row bank, item, coverage and both texts."""


class Judge:
    """Judges the rows of one mixture file, each by itself."""

    def __init__(self, mixture: Mixture, folder: Path) -> None:
        self.dedup = mixture.dedup
        self._action = mixture.decontaminate.action if mixture.decontaminate else ""
        self._count = counter(mixture.tokenizer.beside(folder) if mixture.tokenizer else None)
        self._filters = filters(mixture.filter, mixture.sequence_len)
        self._guard = guard(mixture.decontaminate, folder) if mixture.decontaminate else None

    def lengths(self, batch: Sequence[Sequence[Message]]) -> list[Lengths]:
        """Return the lengths of many rows.

        Raises:
            DataError: If the chat template refuses a row.
        """
        return self._count.lengths(batch)

    def __call__(self, messages: Sequence[Message], lengths: Lengths) -> Verdict | None:
        """Return why a row is left out or reported, or None.

        Raises:
            DataError: If the mixture asks for an error where such a row turns up.
        """
        reason = self._filters(messages, lengths)
        if reason:
            return Verdict(reason, dropped=True, facts={})
        hit = self._guard(messages) if self._guard else None
        return self._contaminated(hit) if hit else None

    def _contaminated(self, hit: Hit) -> Verdict:
        if self._action == "error":
            raise DataError(f"gives away {hit.item!r} of bank {hit.bank} ({hit.reason}): {hit.theirs!r:.120}")
        facts = {key: value for key, value in hit._asdict().items() if key != "reason"}
        return Verdict(f"{CONTAMINATED}_{hit.reason}", dropped=self._action == "drop", facts=facts)
