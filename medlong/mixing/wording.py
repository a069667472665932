"""Text as plain words: case, punctuation, white space and Unicode form make no difference to it."""

import re
import unicodedata
from collections.abc import Sequence

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
)
"""Scripts without spaces between words (Thai to Khmer, kana, Chinese characters): each character is a word."""

_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
_WORD = re.compile(rf"(?=[^\W_])[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_CHARACTER = re.compile(rf"[{_UNSPACED}]")

UNSPACED_UNIT = 2
"""Characters of an unspaced script that tell as much as one word of a spaced one, roughly."""


def words(text: str) -> list[str]:
    """Return the words of `text`, folded for comparison (NFKC and case), without punctuation."""
    if text.isascii():
        return _WORD.findall(text.lower())
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    return _WORD.findall(unicodedata.normalize("NFKC", folded))


def padded(parts: Sequence[str]) -> str:
    """Return words as one text with a space at either end, in which `in` finds whole words alone."""
    return f" {' '.join(parts)} "


def unit(parts: Sequence[str]) -> int:
    """Return how many words stand for one: 1, or `UNSPACED_UNIT` where most are single characters."""
    characters = sum(len(part) == 1 and _CHARACTER.match(part) is not None for part in parts)
    return UNSPACED_UNIT if 2 * characters > len(parts) else 1


def grams(numbers: Sequence[int], size: int) -> list[int]:
    """Return the hash of every run of `size` numbers, in their order.

    Words are numbered before they are hashed, since the hash of numbers is the same in every process.
    """
    return list(map(hash, zip(*(numbers[start:] for start in range(size)), strict=False)))
