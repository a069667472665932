"""The questions and pages of exam banks, looked up by runs of words that a training row has too."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from medlong.exam.bank import Bank, Item
from medlong.mixing.content import Message
from medlong.mixing.guard import REASONS, DecontaminateSpec, Hit
from medlong.mixing.wording import grams, padded, unit, words

ANCHOR = 3
"""Words of a question by which it is looked up, before its whole text is compared."""

EDGE = "\x1f"
"""Stands between turns; no word, so nothing is found across two turns."""


@dataclass(frozen=True, slots=True)
class _Question:
    """What one or more items of a bank ask in the same words."""

    bank: str
    items: tuple[Item, ...]
    text: str
    numbers: tuple[int, ...]
    size: int
    """Words of a shared run that counts; 0 where the question is found whole or not at all."""

    alone: bool
    """Its words name it without an option beside them."""

    options: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Page:
    bank: str
    id: str
    text: str
    own: int
    """Its different runs of words that are not left out."""


class _Row:
    """One row in words and numbers."""

    def __init__(self, messages: Sequence[Message], numbers: Mapping[str, int]) -> None:
        self.messages = messages
        parts = [words(turn["content"]) for turn in messages]
        self.turns = [padded(part) for part in parts]
        self.numbers = [[numbers.get(word, -1) for word in part] for part in parts]
        self._grams: dict[int, set[int]] = {}

    @cached_property
    def text(self) -> str:
        return EDGE.join(self.turns)

    def grams(self, size: int) -> set[int]:
        """The different runs of `size` words, none across two turns."""
        if size not in self._grams:
            self._grams[size] = {gram for turn in self.numbers for gram in grams(turn, size)}
        return self._grams[size]


_Index = dict[int, dict[int, list[int]]]
"""Size of a run of words -> its hash -> places in the list of questions or pages that have it."""


class BankIndex:
    """The questions and pages of some banks, looked up by runs of their words."""

    def __init__(self, spec: DecontaminateSpec, named: Mapping[str, Bank]) -> None:
        self._spec = spec
        self._numbers: dict[str, int] = {}
        self._questions: list[_Question] = []
        self._pages: list[_Page] = []
        self._anchors: _Index = {}
        self._runs: _Index = {}
        self._page_runs: _Index = {}
        for name, bank in named.items():
            if spec.items:
                self._add_questions(name, bank)
            if spec.pages:
                self._add_pages(name, bank)

    def __call__(self, messages: Sequence[Message]) -> Hit | None:
        """Return the surest, fullest and longest hit of a row; ties go to the bank, then the item, that sorts first."""
        row = _Row(messages, self._numbers)
        hits = [*self._whole(row), *self._overlaps(row), *self._paged(row)]
        return min(hits, key=_rank, default=None)

    def _number(self, parts: Sequence[str]) -> tuple[int, ...]:
        return tuple(self._numbers.setdefault(part, len(self._numbers)) for part in parts)

    def _add_questions(self, name: str, bank: Bank) -> None:
        asked: dict[str, list[Item]] = {}
        for item in bank.items:
            asked.setdefault(padded(words(item.question)), []).append(item)
        questions = [self._question(name, text, items) for text, items in asked.items() if text.strip()]
        first = len(self._questions)
        self._questions += questions
        counts = {n: _document_counts(questions, n) for n in range(1, ANCHOR + 1)}
        for place, question in enumerate(questions, first):
            n = min(ANCHOR, len(question.numbers))
            rarest = min(grams(question.numbers, n), key=counts[n].__getitem__)
            self._anchors.setdefault(n, {}).setdefault(rarest, []).append(place)
        for n in {question.size for question in questions} - {0}:
            counts[n] = _document_counts(questions, n)
            for place, question in enumerate(questions, first):
                if question.size == n:
                    self._file(self._runs, n, place, question.numbers, counts[n])

    def _question(self, bank: str, text: str, items: list[Item]) -> _Question:
        spec, parts = self._spec, text.split()
        per_word = unit(parts)
        short, long = spec.short_ngram * per_word, spec.ngram * per_word
        alone = len(parts) >= short and not (spec.ignore_templates and len(items) >= spec.min_items)
        size = 0 if not alone else long if len(parts) >= 2 * long else short
        options = frozenset(padded(words(option)) for item in items for option in (*item.right, *item.distractors))
        ordered = tuple(sorted(items, key=lambda item: item.id))
        return _Question(bank, ordered, text, self._number(parts), size, alone, options - {padded(())})

    def _add_pages(self, name: str, bank: Bank) -> None:
        read = {page.id: words(page.text) for page in bank.pages}
        sizes = {page: self._spec.ngram * unit(parts) for page, parts in read.items()}
        numbers = {page: self._number(parts) for page, parts in read.items()}
        counts = {
            n: Counter(gram for page, size in sizes.items() if size == n for gram in set(grams(numbers[page], n)))
            for n in set(sizes.values())
        }
        for page in bank.pages:
            n = sizes[page.id]
            own = self._file(self._page_runs, n, len(self._pages), numbers[page.id], counts[n])
            self._pages.append(_Page(name, page.id, page.text, own))

    def _file(self, index: _Index, n: int, place: int, numbers: Sequence[int], counts: Mapping[int, int]) -> int:
        """Enter the runs of a question or page that are its own; return how many different ones they are."""
        templates = self._spec.ignore_templates
        own = {gram for gram in grams(numbers, n) if not templates or counts[gram] < self._spec.min_items}
        for gram in own:
            index.setdefault(n, {}).setdefault(gram, []).append(place)
        return len(own)

    def _whole(self, row: _Row) -> Iterator[Hit]:
        """The questions that stand in the row as they are."""
        for place in _places(self._anchors, row):
            question = self._questions[place]
            if question.text in row.text and (question.alone or _named(question, row)):
                yield _question_hit(question, "question", 1.0, row)

    def _overlaps(self, row: _Row) -> Iterator[Hit]:
        """The questions that shared runs of words cover to `min_coverage`."""
        for place in _places(self._runs, row):
            question = self._questions[place]
            coverage = self._covered(place, question, row) / len(question.numbers)
            if coverage >= self._spec.min_coverage:
                yield _question_hit(question, "overlap", coverage, row)

    def _covered(self, place: int, question: _Question, row: _Row) -> int:
        """Words of the question in runs that the row has too."""
        found, shared = self._runs[question.size], row.grams(question.size)
        covered = end = 0
        for start, gram in enumerate(grams(question.numbers, question.size)):
            if gram in shared and place in found.get(gram, ()):
                covered += start + question.size - max(start, end)
                end = start + question.size
        return covered

    def _paged(self, row: _Row) -> Iterator[Hit]:
        """The pages of which the row has much, and those that have much of one of its turns."""
        for n, found in self._page_runs.items():
            coverage = {place: count / self._pages[place].own for place, count in _shared(found, row.grams(n)).items()}
            for turn in row.numbers if coverage else ():
                runs = set(grams(turn, n))
                for place, count in _shared(found, runs).items():
                    coverage[place] = max(coverage[place], count / len(runs))
            for place, share in coverage.items():
                if share >= self._spec.min_coverage:
                    page = self._pages[place]
                    yield Hit(page.bank, page.id, "page", share, page.text, _told(row))


def _rank(hit: Hit) -> tuple[int, float, int, str, str]:
    return REASONS.index(hit.reason), -hit.coverage, -len(hit.theirs), hit.bank, hit.item


def _document_counts(questions: Sequence[_Question], n: int) -> Counter[int]:
    return Counter(gram for question in questions for gram in set(grams(question.numbers, n)))


def _places(index: _Index, row: _Row) -> set[int]:
    return {place for n, found in index.items() for gram in found.keys() & row.grams(n) for place in found[gram]}


def _shared(found: Mapping[int, list[int]], runs: set[int]) -> Counter[int]:
    return Counter(place for gram in found.keys() & runs for place in found[gram])


def _named(question: _Question, row: _Row) -> bool:
    """Whether a few words are this question: it is a whole turn and one item's, or an option stands beside it."""
    if len(question.items) == 1 and question.text in row.turns:
        return True
    rest = row.text.replace(question.text, f" {EDGE} ", 1)
    return any(option in rest for option in question.options)


def _question_hit(question: _Question, reason: str, coverage: float, row: _Row) -> Hit:
    item = question.items[0]
    return Hit(question.bank, item.id, reason, coverage, item.question, _told(row))


def _told(row: _Row) -> str:
    return "\n\n".join(turn["content"] for turn in row.messages)
