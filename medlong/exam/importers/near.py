"""Which pages come nearest to a text: BM25 over words, as Robertson and Zaragoza (2009) write it."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from medlong.exam.bank import Page

K1 = 1.2
B = 0.75

_WORD = re.compile(r"[^\W_]{2,}")


def nearest(pages: Sequence[Page], texts: Mapping[str, str], count: int) -> dict[str, tuple[str, ...]]:
    """Return the ids of the `count` best pages for each text, best first, none that shares no word with it."""
    words = [Counter(_words(page.text)) for page in pages]
    lengths = [sum(counts.values()) for counts in words]
    mean = sum(lengths) / len(pages) if pages else 0.0
    postings: dict[str, list[tuple[int, float]]] = {}
    for number, counts in enumerate(words):
        norm = K1 * (1 - B + B * lengths[number] / mean) if mean else K1
        for word, times in counts.items():
            postings.setdefault(word, []).append((number, times * (K1 + 1) / (times + norm)))
    return {key: _best(_words(text), pages, postings, count) for key, text in texts.items()}


def _best(
    words: Sequence[str], pages: Sequence[Page], postings: Mapping[str, list[tuple[int, float]]], count: int
) -> tuple[str, ...]:
    scores: dict[int, float] = {}
    for word in dict.fromkeys(words):
        found = postings.get(word, [])
        rarity = math.log(1 + (len(pages) - len(found) + 0.5) / (len(found) + 0.5))
        for number, weight in found:
            scores[number] = scores.get(number, 0.0) + rarity * weight
    ranked = sorted(scores, key=lambda number: (-scores[number], number))
    return tuple(pages[number].id for number in ranked[:count])


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
