"""What a completion answers: a letter, and nothing rather than a guess where it names none."""

import re
from collections.abc import Sequence

_THINKING = re.compile(r"^.*</think>", re.DOTALL)
_ANSWER = re.compile(r"answer(?:\s+is)?\s*[:：]?\s*[*_(\[{]*\s*([A-J])(?![A-Za-z])", re.IGNORECASE)
_STRICT = re.compile(r"Answer\s*:\s*[*_(\[]*([A-J])(?![A-Za-z])")
_MARKED = re.compile(r"(?<![A-Za-z])\(?([A-J])(?:[).:,\]]|\*\*|\s*$)", re.MULTILINE)


def strict_letter(completion: str, options: Sequence[str]) -> str | None:
    """Return the letter in the last `Answer: X` of the completion, or None.

    Text up to a closing think tag is not read. A letter beyond the options is no answer.
    """
    return _last(_STRICT, _spoken(completion), options)


def lenient_letter(completion: str, options: Sequence[str]) -> str | None:
    """Return the letter a reader would take from the completion, or None.

    In turn: the last `answer is X` in any case; the last letter set off as a label
    (`(B)`, `B.`, a line that is `B`); the one option whose text stands alone in it. The
    article in "A patient" is no answer, and "5 mg" does not stand in "25 mg".
    """
    spoken = _spoken(completion)
    letter = _last(_ANSWER, spoken, options) or _last(_MARKED, spoken, options)
    if letter:
        return letter
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
    allowed = {chr(ord("A") + index) for index in range(len(options))}
    found = [letter for letter in (match.upper() for match in pattern.findall(text)) if letter in allowed]
    return found[-1] if found else None
