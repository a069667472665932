"""The passages of one source: what each question is about, and which passages stand beside which.

A question's subject is its rarest words among all questions of the source: the name of the disease rather
than "symptoms". A row can be asked only if its passage names its subject, and no other passage that names
it stands beside it: so what is asked is answered by one passage or, where that is withheld, by none.

Passages are drawn from rings. On each ring every passage has a place by a hash of its own content, and a
row takes those that follow a place of its own, from each ring in turn. A passage more or less in the source
changes only the rows whose stretch it falls in, as many as there would be by the smallest of all hashes of
row and passage, and nothing has to be sorted for each row.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import chain
from typing import NamedTuple

from medlong.hashing import digest, keyed
from medlong.mixing.content import Message, normalise

VERSION = "medlong-synth-1"

RINGS = 8

LONGEST_ANSWER = 400
"""Characters of the longest opening that is quoted as an answer."""

MOST_SENTENCES = 3

LOOKED_THROUGH = 1200
"""Characters of a passage in which its opening is looked for."""

ALIKE = 10
"""A passage whose opening is, but for the question's words, that of more rows says nothing of its own."""

RARE = 200
"""A word is a subject where fewer than one in this many questions have it."""

RARE_ENOUGH = 5
"""Questions that may have a subject's word however small the source is."""

KINDRED = 20
"""A word that fewer than one in this many questions have makes two questions kindred."""

CJK = r"\u3400-\u4dbf\u4e00-\u9fff"
_CJK = re.compile(f"[{CJK}]")
_WORD = re.compile(rf"(?!\d+\b)[^\W_{CJK}]{{3,}}|(?=([{CJK}]{{2}}))")
_NUMBER = re.compile(r"(?<![A-Za-z\d])\d+(?![A-Za-z\d])")
_BLANKS = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
_LINES = re.compile(r"\n{3,}")
_END = re.compile(
    r"[.!?](?<!\b[A-Z][.])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bDr\.)(?<!\bvs\.)[.!?]*[\"')\]]*"
    r"(?=\s+[\"'(\[]?[A-Z0-9]|\s*\Z)|[。！？]+|\n+"
)


class Ground(NamedTuple):
    """A question, and the passage that answers it."""

    id: str
    """Hash of the other fields."""

    question: str
    answer: str
    """Text of the passage where `quoted`, else an answer of its own; empty where none can be quoted."""

    passage: str
    quoted: bool
    chinese: bool


def ground(messages: Sequence[Message], passage: str | None = None) -> Ground | None:
    """Return one row as question, answer and passage, or None if it is not one question with one answer.

    Args:
        messages: The row.
        passage: What the answer was drawn from; None where the answer itself is the passage.
    """
    if [turn["role"] for turn in messages] != ["user", "assistant"]:
        return None
    given = messages if passage is None else [*messages, Message(role="passage", content=passage)]
    question, answer, *rest = (_tidy(turn["content"]) for turn in normalise(given))
    text = rest[0] if rest else answer
    if not question or not text or not answer:
        return None
    chinese = 3 * len(_CJK.findall(question)) > len(question)
    name = digest([question, answer, text])
    return Ground(name, question, answer if rest else opening(answer), text, not rest, chinese)


def _tidy(text: str) -> str:
    """One space between words and at most one empty line: runs of blanks cost tokens and say nothing."""
    lines = "\n".join(line.strip() for line in _BLANKS.sub(" ", text).split("\n"))
    return _LINES.sub("\n\n", lines).strip()


def opening(text: str) -> str:
    """Return the first sentences of `text` after any that only ask, or nothing if the first is too long."""
    head = text[:LOOKED_THROUGH]
    start = at = taken = 0
    for found in chain(_END.finditer(head), [None]):
        stop = found.end() if found else len(head)
        if found and found.group()[0] in "?？" and not taken:
            start = at = stop
        elif head[at:stop].strip():
            if taken == MOST_SENTENCES or stop - start > LONGEST_ANSWER:
                break
            at, taken = stop, taken + 1
    return head[start:at].strip() if taken else ""


def terms(text: str) -> list[str]:
    """Return the words of three letters and more in lower case, and pairs of Chinese characters; no numbers."""
    return [found.group(1) or found.group() for found in _WORD.finditer(text.casefold())]


def keep(grounds: Iterable[Ground], most: int) -> list[Ground]:
    """Return the distinct `grounds`, or the `most` of them with the smallest hashes, in the order of these.

    No more than `most` are in memory at once.
    """
    kept: dict[str, Ground] = {}
    worst: list[tuple[int, str]] = []
    for found in grounds:
        if found.id not in kept:
            kept[found.id] = found
            heappush(worst, (-keyed(VERSION, "pool", found.id), found.id))
            if len(worst) > most:
                del kept[heappop(worst)[1]]
    return [kept[name] for _, name in sorted(worst, reverse=True)]


class Library:
    """The passages of one language, each with its place on the rings."""

    def __init__(self, grounds: Sequence[Ground]) -> None:
        self.grounds = grounds
        self._texts = [found.passage.casefold() for found in grounds]
        self._terms = [frozenset(terms(found.question)) for found in grounds]
        self._number = {found.id: n for n, found in enumerate(grounds)}
        self._frequency = Counter(term for found in self._terms for term in found)
        self._alike = Counter(self._said(n) for n in range(len(grounds)) if grounds[n].quoted)
        self._rings = [
            sorted((keyed(VERSION, "ring", ring, found.id), n) for n, found in enumerate(grounds))
            for ring in range(RINGS)
        ]
        self._having: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for place, n in self._rings[0]:
            for term in self._terms[n]:
                self._having[term].append((place, n))

    def subject(self, found: Ground) -> tuple[str, ...]:
        """Return the words that say what is asked about, or nothing if the question cannot be asked."""
        n = self._number[found.id]
        if not found.answer or not self._terms[n] or (found.quoted and self._alike[self._said(n)] > ALIKE):
            return ()
        rarest = min(self._frequency[term] for term in self._terms[n])
        if rarest > max(RARE_ENOUGH, len(self.grounds) // RARE):
            return ()
        words = tuple(sorted(term for term in self._terms[n] if self._frequency[term] == rarest))
        return words if any(word in self._texts[n] for word in words) else ()

    def beside(self, found: Ground, kindred: int) -> Iterator[Ground]:
        """Yield the passages that may stand beside a question, in the order in which they are taken.

        First at most `kindred` whose questions share a less rare word with it, then any. None names its
        subject, holds its answer, or has the text of another that was yielded.
        """
        subject = self.subject(found)
        seen = {found.passage}
        near = self._kindred(found, subject)
        taken = 0
        for n in near if kindred else ():
            if self._may_stand(n, found, subject, seen):
                seen.add(self.grounds[n].passage)
                yield self.grounds[n]
                taken += 1
            if taken == kindred:
                break
        for n in self._stretch(found):
            if self._may_stand(n, found, subject, seen):
                seen.add(self.grounds[n].passage)
                yield self.grounds[n]

    def _may_stand(self, n: int, found: Ground, subject: Sequence[str], seen: set[str]) -> bool:
        text = self.grounds[n].passage
        if text in seen or found.answer in text or text in found.passage:
            return False
        return not any(word in self._texts[n] for word in subject)

    def _kindred(self, found: Ground, subject: Sequence[str]) -> Iterator[int]:
        """Yield rows whose questions share a word with this one, the rarest such word first."""
        limit = len(self.grounds) // KINDRED
        shared = self._terms[self._number[found.id]].difference(subject)
        ranked = sorted((self._frequency[term], term) for term in shared)
        for frequency, term in ranked:
            if 1 < frequency <= limit:
                having = self._having[term]
                start = bisect_left(having, (keyed(VERSION, "kindred", term, found.id), 0))
                yield from (having[(start + step) % len(having)][1] for step in range(min(len(having), 4 * RINGS)))

    def _stretch(self, found: Ground) -> Iterator[int]:
        """Yield rows from each ring in turn, from this row's own place on it, once round at most."""
        size = len(self.grounds)
        starts = [bisect_left(self._rings[ring], (keyed(VERSION, "start", ring, found.id), 0)) for ring in range(RINGS)]
        for step in range(size):
            for ring, start in zip(self._rings, starts, strict=True):
                yield ring[(start + step) % size][1]

    def _said(self, n: int) -> tuple[str, ...]:
        """The words of the answer's first sentence that are not the question's, and its numbers."""
        answer = self.grounds[n].answer
        found = _END.search(answer)
        sentence = answer[: found.end()] if found else answer
        return (*(term for term in terms(sentence) if term not in self._terms[n]), *_NUMBER.findall(sentence))
