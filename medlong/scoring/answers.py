"""What a completion answers: a letter, and nothing rather than a guess where it names none."""

import re
from collections.abc import Sequence

_THINKING = re.compile(r"^.*</think>", re.DOTALL)
_LETTER = r"[*_(\[]*(A(?!\s+[a-z])|[B-J])(?![A-Za-z])"
"""A capital letter in any markup; "A" before a small word is an article."""

_STRICT = re.compile(rf"Answer[*_]*\s*:[*_]*\s*{_LETTER}")
_ANSWER = re.compile(rf"\b(?i:answer)[*_]*\s*(?::|(?i:is)\b\s*:?)[*_]*\s*(?i:option\s+)?{_LETTER}")
_LABEL = re.compile(r"^\s*[*_(\[]*([A-J])(?:[)\].:*_]|\s*$)|\(([A-J])\)", re.MULTILINE)


def strict_letter(completion: str, options: Sequence[str]) -> str | None:
    """Return the letter in the last `Answer: X` of the completion, or None.

    Text up to a closing think tag is not read. A letter beyond the options is no answer.
    """
    return _last(_STRICT, _spoken(completion), options)


def lenient_letter(completion: str, options: Sequence[str]) -> str | None:
    """Return the letter a reader would take from the completion, or None.

    In turn: the last `answer: X` or `answer is X`; the one letter set as a label (`(B)`
    anywhere, `B.` or `B` beginning a line); the one option whose text stands alone in it.
    Several different labels, as when the options are repeated, are no answer; nor is the
    article in "A patient", the "D" of "vitamin D", or "5 mg" inside "25 mg".
    """
    spoken = _spoken(completion)
    letter = _last(_ANSWER, spoken, options)
    if letter:
        return letter
    labels = {first or second for first, second in _LABEL.findall(spoken)} & _letters(options)
    if labels:
        return labels.pop() if len(labels) == 1 else None
    stated = [index for index, option in enumerate(options) if states(spoken, option)]
    return chr(ord("A") + stated[0]) if len(stated) == 1 else None


def states(text: str, fact: str) -> bool:
    """Say whether `text` states `fact` standing alone: not inside a longer word or number."""
    if not fact.strip():
        return False
    return re.search(rf"(?<!\w)(?<!\d[.,]){re.escape(fact.strip())}(?!\w)(?![.,]\d)", text, re.IGNORECASE) is not None


def best_option(loglikelihoods: Sequence[float], lengths: Sequence[int]) -> int:
    """Return the index of the option with the highest log-likelihood per unit of length, the first of equals.

    Dividing by the length in characters is lm-evaluation-harness's `acc_norm`; lengths of
    one leave the sum as it is.
    """
    scores = [value / max(length, 1) for value, length in zip(loglikelihoods, lengths, strict=True)]
    return scores.index(max(scores))


def _spoken(completion: str) -> str:
    return _THINKING.sub("", completion)


def _last(pattern: re.Pattern[str], text: str, options: Sequence[str]) -> str | None:
    found = [letter for letter in pattern.findall(text) if letter in _letters(options)]
    return found[-1] if found else None


def _letters(options: Sequence[str]) -> set[str]:
    return {chr(ord("A") + index) for index in range(len(options))}
