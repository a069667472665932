"""Faults of the inputs, collected so that the user sees all of them at once."""

from pathlib import Path

from medlong.errors import DataError


class Faults:
    """What is wrong with the scanned files, in the order found."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def add(self, path: Path, text: str) -> None:
        """Record one fault of the file `path`; `text` says what was found and what to do."""
        line = f"{path}: {text}"
        if line not in self._lines:
            self._lines.append(line)

    def raise_if_any(self) -> None:
        """Raise one error that lists every fault, or return when there is none.

        Raises:
            DataError: If any fault was recorded.
        """
        if not self._lines:
            return
        count = f"{len(self._lines)} problem{'s' if len(self._lines) > 1 else ''}"
        raise DataError(f"compare: {count}, nothing was compared\n" + "\n".join(f"  {line}" for line in self._lines))
