"""Long rows out of short ones: each question among numbered passages, one of which answers it, or none.

Training on distractors, and in a share of the rows without the passage that answers, follows RAFT (Zhang et
al. 2024). Here the depth of that passage, the length of the row and the share without it are dealt and not
drawn: exact over the source, and a row more or less moves at most a few others from one hand to the next.

Where the answer of a row is itself the passage, giving all of it back would train a model to copy pages, and
almost every trained token would be such a copy. So the answer is the opening of the passage, at most three
sentences, and the instruction asks for just that. Rows whose opening is too long, or a form letter that the
source says about everything, are passages for others but are not asked; see `passages` for what can be asked.

Costs are added up. Each passage is counted once, between the line breaks it will stand in, and one token is
set aside for each seam, so a row is never longer than its target with a tokenizer that needs at most one
token more for two texts put together than for each alone. Nothing is counted again.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate, islice
from typing import Annotated, Literal, NamedTuple, Protocol

from pydantic import Field, PlainSerializer, PlainValidator, field_validator

from medlong.config import Strict
from medlong.hashing import keyed, keyed_order
from medlong.mixing.apportion import webster
from medlong.mixing.content import Message
from medlong.mixing.passages import VERSION, Ground, Library, keep
from medlong.mixing.wordings import Sheet, unit

FIFTHS = 5

PATIENCE = 48
"""Passages in a row that do not fit before a row is taken to be full."""


class Counted(Protocol):
    """What a counter says of a conversation; `tokens` is all that is asked here."""

    @property
    def tokens(self) -> int:
        """Tokens of the whole conversation in its chat template."""
        ...


Counter = Callable[[Sequence[Message]], Counted]


def _share(value: object) -> Fraction:
    from medlong.mixing.spec import exact_share

    return exact_share(value)


Share = Annotated[Fraction, PlainValidator(_share), PlainSerializer(str)]


class SynthSpec(Strict):
    """How the rows of a source are made of those of another."""

    synth: Literal["distractor_qa"]
    """The kind of rows: a question among passages."""

    origin: str = Field(alias="from")
    """Id of the source whose questions, answers and passages are used; written `from`."""

    target_tokens: tuple[Annotated[int, Field(strict=True, ge=256)], ...] = Field(default=(4096, 8192), min_length=1)
    """Lengths of the rows, dealt evenly; none is exceeded, and a source of few passages stays below."""

    oracle_absent: Share = Fraction(1, 5)
    """Share of the rows whose passage is withheld, so that the right answer is that none has it."""

    cite: Share = Fraction(1, 2)
    """Share of the rows that ask for the passage's number, by a hash of each row."""

    kindred: Annotated[int, Field(strict=True, ge=0)] = 4
    """Most passages of a row that are chosen because their questions share a word with the row's."""

    rows: Annotated[int, Field(strict=True, gt=0)] | None = None
    """Most rows to make, chosen by hash; shares and lengths are exact over these. None makes all there are."""

    passages: Annotated[int, Field(strict=True, gt=0)] = 20_000
    """Most passages held in memory, chosen by hash; rows are made of these."""

    passage_field: str | None = None
    """Field of the files with the text an answer was drawn from; without it the answer is the passage."""

    @field_validator("target_tokens")
    @classmethod
    def _each_once(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(value)) < len(value):
            raise ValueError(f"gives a length twice: {', '.join(map(str, value))}")
        return tuple(sorted(value))


def gathered(raw: object) -> object:
    """Return a source as it is written, with the keys of `SynthSpec` gathered under `synth`."""
    if not isinstance(raw, dict) or not isinstance(raw.get("synth"), str):
        return raw
    names = {field.alias or name for name, field in SynthSpec.model_fields.items()}
    inner = {name: value for name, value in raw.items() if name in names}
    return {name: value for name, value in raw.items() if name not in names} | {"synth": inner}


class Made(NamedTuple):
    """One long row, and what was decided for it."""

    messages: list[Message]
    gold: Ground
    """The question asked, with its passage even where that is withheld."""

    target: int
    tokens: int
    """Never less than the row has."""

    passages: int
    """Passages in the row."""

    number: int
    """Of the passage that answers; 0 where it is withheld."""

    fifth: int
    """Where in the row that passage was to stand, 0 to 4; -1 where it is withheld."""


class Estimate(NamedTuple):
    """A count made without a tokenizer."""

    tokens: int


def by_characters(messages: Sequence[Message]) -> Estimate:
    """Return an estimate of the tokens: four bytes of Latin text, or one Chinese character, are about one."""
    return Estimate(sum(len(turn["content"]) + 3 * _wide(turn["content"]) + 19 for turn in messages) // 4)


def _wide(text: str) -> int:
    return 0 if text.isascii() else sum(character > "\u2e7f" for character in text)


def distractor_qa(grounds: Iterable[Ground], spec: SynthSpec, count: Counter) -> Iterator[Made]:
    """Yield the long rows that can be made of `grounds`, in the order of a hash of each.

    The rows depend on the set of `grounds` alone, not on their order or on duplicates.
    """
    pool = keep(grounds, spec.passages)
    libraries = [Library([found for found in pool if found.chinese == chinese]) for chinese in (False, True)]
    maker = _Maker(spec, count, libraries)
    asked = list(islice(filter(maker.can_ask, pool), spec.rows))
    hands = _hands([found.id for found in asked], spec)
    for found in asked:
        yield maker.row(found, hands[found.id])


class _Hand(NamedTuple):
    """What one row was dealt."""

    target: int
    fifth: int


def _hands(ids: Sequence[str], spec: SynthSpec) -> dict[str, _Hand]:
    """Deal absence over all rows, lengths over those with and without, depths over those of one length."""
    hands: dict[str, _Hand] = {}
    present = {"absent": spec.oracle_absent, "present": 1 - spec.oracle_absent}
    for state, having in _dealt(ids, present, "state").items():
        lengths = {f"{target:09}": 1 for target in spec.target_tokens}
        for target, equal in _dealt(having, lengths, "target", state).items():
            fifths = {str(fifth): 1 for fifth in range(FIFTHS)} if state == "present" else {"-1": 1}
            for fifth, alike in _dealt(equal, fifths, "fifth", target).items():
                hands |= {name: _Hand(int(target), int(fifth)) for name in alike}
    return hands


def _dealt(ids: Sequence[str], weights: Mapping[str, Fraction | int], *key: str) -> dict[str, list[str]]:
    """Deal `ids` out by Webster's method, in the order of a keyed hash cut into one block for each name.

    One id more moves each cut by one place at most: at most one id less than there are blocks changes hands.
    """
    order = keyed_order(ids, VERSION, *key)
    sizes = webster(weights, len(ids))
    ends = list(accumulate(sizes[name] for name in sorted(sizes)))
    return {name: order[end - sizes[name] : end] for name, end in zip(sorted(sizes), ends, strict=True)}


class _Maker:
    """Makes rows of one source; counts each text once."""

    def __init__(self, spec: SynthSpec, count: Counter, libraries: Sequence[Library]) -> None:
        self._spec = spec
        self._count = count
        self._libraries = libraries
        self._texts: dict[str, int] = {}
        self._headings: dict[str, int] = {}
        self._empty = self._tokens("x\nx")
        self._line = self._tokens("x\n\nx")

    def can_ask(self, found: Ground) -> bool:
        """Say whether a row's subject is known and the shortest target holds it with its own passage."""
        if not self._library(found).subject(found):
            return False
        sheet = Sheet(found, self._spec.cite)
        alone = self._text(found) + self._heading(sheet.heading(1))
        longest = max(self._frame(sheet, absent=False) + alone, self._frame(sheet, absent=True))
        return longest <= self._spec.target_tokens[0]

    def row(self, found: Ground, hand: _Hand) -> Made:
        """Return the row that asks `found` with what it was dealt."""
        sheet = Sheet(found, self._spec.cite)
        absent = hand.fifth < 0
        tokens = self._frame(sheet, absent)
        number = 0 if absent else 1
        if not absent:
            tokens += self._text(found) + self._heading(sheet.heading(1))
        chosen: list[Ground] = []
        misfits = 0
        for other in self._library(found).beside(found, self._spec.kindred):
            cost = self._text(other) + self._heading(sheet.heading(len(chosen) + number + 1))
            if tokens + cost <= hand.target:
                chosen.append(other)
                tokens, misfits = tokens + cost, 0
            elif (misfits := misfits + 1) == PATIENCE:
                break
        chosen.sort(key=lambda other: keyed(VERSION, "place", found.id, other.id))
        if not absent:
            place = _place([self._text(other) for other in chosen], hand.fifth, unit("depth", found.id))
            chosen.insert(place, found)
            number = place + 1
        messages = sheet.messages(chosen, number)
        return Made(messages, found, hand.target, tokens, len(chosen), number, hand.fifth)

    def _library(self, found: Ground) -> Library:
        return self._libraries[found.chinese]

    def _frame(self, sheet: Sheet, absent: bool) -> int:
        return self._count(sheet.frame(absent)).tokens + 1

    def _text(self, found: Ground) -> int:
        if found.id not in self._texts:
            self._texts[found.id] = self._tokens(f"x\n{found.passage}\n\nx") - self._empty + 1
        return self._texts[found.id]

    def _heading(self, heading: str) -> int:
        if heading not in self._headings:
            self._headings[heading] = self._tokens(f"x\n\n{heading}\nx") - self._line + 1
        return self._headings[heading]

    def _tokens(self, content: str) -> int:
        return self._count([Message(role="user", content=content), Message(role="assistant", content="x")]).tokens


def _place(costs: Sequence[int], fifth: int, within: Fraction) -> int:
    """Return before which of the passages of these costs another stands in that fifth of the row.

    Depth is the tokens before it out of those of all others. Where no place is in the fifth, as with few
    passages, the nearest is taken.
    """
    starts = [0, *accumulate(costs)]
    rest = starts[-1] or 1
    wanted = (fifth + within) / FIFTHS * rest
    after = bisect_right(starts, wanted)
    near = range(max(0, after - 1), min(len(starts), after + 1))
    return min(near, key=lambda n: (depth_fifth(starts[n], rest) != fifth, abs(starts[n] - wanted), n))


def depth_fifth(before: int, rest: int) -> int:
    """Return in which fifth of a row a passage stands that has `before` of the `rest` tokens before it."""
    return min(FIFTHS - 1, FIFTHS * before // rest) if rest else 0
