"""How an embedded row is made: one question, one answer, and draws that depend on nothing but their key."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from medlong.hashing import keyed
from medlong.mixing.content import Message

T = TypeVar("T")
Row = list[Message]
SILENT_H = ("hour", "honest", "honour", "heir")


def ask(question: str, answer: str) -> Row:
    """Return a conversation of one question and one answer."""
    return [Message(role="user", content=question), Message(role="assistant", content=answer)]


def table(text: str, rows: str = "\n", cells: str = " = ") -> tuple[tuple[str, ...], ...]:
    """Return the cells of each row of `text`; runs of white space inside a cell count as one space."""
    kept = (row for row in text.split(rows) if row.strip())
    return tuple(tuple(" ".join(cell.split()) for cell in row.split(cells)) for row in kept)


def words(text: str) -> tuple[str, ...]:
    """Return the words of `text`."""
    return tuple(text.split())


def choose(options: Sequence[T], *key: object) -> T:
    """Return one of `options`, decided by `key` alone."""
    return options[keyed("embedded", *key) % len(options)]


def number(low: int, high: int, *key: object) -> int:
    """Return a whole number from `low` to `high`, both included, decided by `key` alone."""
    return low + keyed("embedded", *key) % (high - low + 1)


def several(options: Sequence[T], count: int, *key: object) -> list[T]:
    """Return `count` different `options` in an order decided by `key` alone."""
    order = sorted(range(len(options)), key=lambda n: (keyed("embedded", *key, n), n))
    return [options[n] for n in order[:count]]


def listed(words: Sequence[str]) -> str:
    """Return `words` as English lists them: "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def article(word: str) -> str:
    """Return `word` after "a" or "an", chosen by its first letter and the words whose h is silent."""
    vowel = word[0].lower() in "aeiou" or word.lower().startswith(SILENT_H)
    return f"{'an' if vowel else 'a'} {word}"


def distinct(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield each different question once, with its first answer."""
    seen: set[str] = set()
    for row in rows:
        if row[0]["content"] not in seen:
            seen.add(row[0]["content"])
            yield row
