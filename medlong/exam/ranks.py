"""Which process of several asks which document, so that a book is read by one of them only.

lm_eval deals the documents of a task out like cards: number i goes to process i modulo their
number. Every book's questions would be asked by every process, and each would read every book.
"""

import os
from collections.abc import Callable, Sequence
from itertools import accumulate, zip_longest
from typing import TypeVar

T = TypeVar("T")


def processes() -> int:
    """Return how many processes share this evaluation, as torchrun and `accelerate launch` say."""
    text = os.environ.get("WORLD_SIZE", "1")
    return int(text) if text.isdigit() and int(text) else 1


def in_hands(items: Sequence[T], book: Callable[[T], str], hands: int) -> list[T]:
    """Return the items in the order by which dealing them to `hands` keeps books together.

    Every hand gets as many as it would anyway, so at most `hands` - 1 books are in two of them.
    The order of one hand is that of `items`, book by book.

    Args:
        items: What is dealt.
        book: The book an item belongs to.
        hands: How many get items, at least 1.
    """
    if hands == 1:
        return list(items)
    first = {book(item): place for place, item in reversed(list(enumerate(items)))}
    together = sorted(items, key=lambda item: first[book(item)])
    sizes = [len(range(hand, len(items), hands)) for hand in range(hands)]
    ends = [*accumulate(sizes)]
    held = [together[end - size : end] for size, end in zip(sizes, ends, strict=True)]
    missing = object()
    return [item for round_ in zip_longest(*held, fillvalue=missing) for item in round_ if item is not missing]  # type: ignore[misc]
