"""How long a row is for the model that is trained on it: tokens under the chat template, and those with a loss.

Counting follows `type: chat_template` of Axolotl 0.19 with `roles_to_train: [assistant]` and
`train_on_eos: turn`, its defaults: a label is the content of each assistant turn, and the end-of-sequence
token that follows within three tokens.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, zip_longest
from typing import Any, NamedTuple

from medlong.errors import DataError
from medlong.mixing.content import Message, normal, normalise
from medlong.mixing.tokenizer import TokenizerSpec, load

SENTINELS = ("[[dummy_message]]", "zzdummymessagezz")
"""Two contents with nothing in common at either end, so that one of them shows where a turn begins and ends."""

NEAR_END = 3
"""Tokens of padding that a template may put between a turn and its end-of-sequence token."""

BATCH = 1_000_000
"""Characters tokenised at once."""

Span = tuple[int, int]


class Lengths(NamedTuple):
    """How long one row is; the two counts of tokens are 0 where no tokenizer is named."""

    characters: int
    """Of the contents of all turns."""

    tokens: int
    """Of the whole row under the chat template."""

    trainable_tokens: int
    """Those of them that have a loss: the assistant's, and the end of each of its turns."""


class Characters:
    """Counts without a tokenizer."""

    def __call__(self, messages: Sequence[Message]) -> Lengths:
        """Return the lengths of one row."""
        return Lengths(sum([len(normal(turn["content"])) for turn in messages]), 0, 0)

    def lengths(self, batch: Sequence[Sequence[Message]]) -> list[Lengths]:
        """Return the lengths of many rows."""
        return [self(messages) for messages in batch]


class Tokens:
    """Counts with a tokenizer; pickled as its specification, and loaded once in each process."""

    def __init__(self, spec: TokenizerSpec) -> None:
        self.spec = spec
        self._template = _load(spec)

    def __reduce__(self) -> tuple[type["Tokens"], tuple[TokenizerSpec]]:
        return Tokens, (self.spec,)

    def __call__(self, messages: Sequence[Message]) -> Lengths:
        """Return the lengths of one row.

        Raises:
            DataError: If the chat template refuses the row.
        """
        return self.lengths([messages])[0]

    def lengths(self, batch: Sequence[Sequence[Message]]) -> list[Lengths]:
        """Return the lengths of many rows, tokenised together.

        Raises:
            DataError: If the chat template refuses a row.
        """
        rows = [normalise(messages) for messages in batch]
        texts = [self._template.render(row) for row in rows]
        found: list[Lengths] = []
        for ids, offsets in self._template.encode(texts):
            row, text = rows[len(found)], texts[len(found)]
            trained = _trained(ids, offsets, self._template.spans(row, text), self._template.end)
            found.append(Lengths(sum(len(turn["content"]) for turn in row), len(ids), trained))
        return found


def counter(tokenizer: TokenizerSpec | None) -> Characters | Tokens:
    """Return what counts a row, `counter(spec)(messages)`, or many at once, `counter(spec).lengths(batch)`.

    Raises:
        ConfigError: If the tokenizer is not there, has another revision, or has no chat template.
        MissingPackageError: If transformers, or Axolotl for a template of its own, is not installed.
    """
    return Characters() if tokenizer is None else Tokens(tokenizer)


class _Template:
    """A tokenizer and the chat template it is used with."""

    def __init__(self, tokenizer: Any, source: str) -> None:
        self.source = source
        self.end: int | None = tokenizer.eos_token_id
        self._tokenizer = tokenizer
        self._backend = tokenizer.backend_tokenizer
        self._backend.no_truncation()  # which the tokenizer's own file may ask for
        self._backend.no_padding()
        self._frames: dict[tuple[str, ...], list[str] | None] = {}

    def render(self, messages: Sequence[Message]) -> str:
        """Return the text of a row; a template is a program, and fails as programs do."""
        try:
            turns = [dict(turn) for turn in messages]
            text = self._tokenizer.apply_chat_template(turns, chat_template=self.source, tokenize=False)
        except Exception as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise DataError(f"the chat template refuses the row: {reason}") from None
        return str(text)

    def encode(self, texts: Sequence[str]) -> Iterator[tuple[list[int], list[Span]]]:
        """Return the tokens of each text and where in it each one begins and ends."""
        return chain.from_iterable(map(self._encode, _batches(texts)))

    def _encode(self, texts: list[str]) -> Iterator[tuple[list[int], list[Span]]]:
        encoded = self._backend.encode_batch(texts, add_special_tokens=False)
        return ((each.ids, each.offsets) for each in encoded)

    def spans(self, messages: Sequence[Message], text: str) -> list[Span | None]:
        """Return where in the rendered text each assistant turn's content lies; None where it has none."""
        frame = self._frame(messages)
        for contents in ([turn["content"] for turn in messages], [turn["content"].strip() for turn in messages]):
            if frame and "".join(chain(*zip_longest(frame, contents, fillvalue=""))) == text:
                return _placed(messages, frame, contents)
        return [self._differing(messages, n, text) for n, turn in enumerate(messages) if turn["role"] == "assistant"]

    def _frame(self, messages: Sequence[Message]) -> list[str] | None:
        """What the template puts before, between and after turns of these roles; None where that cannot be said."""
        roles = tuple(turn["role"] for turn in messages)
        if roles not in self._frames:
            marks = [f"\ue000{n}\ue001" for n in range(len(roles))]
            text = self.render([Message(role=role, content=mark) for role, mark in zip(roles, marks, strict=True)])
            frame: list[str] = []
            for mark in marks:
                before, _, text = text.partition(mark)
                frame.append(before)
            self._frames[roles] = [*frame, text]
        return self._frames[roles]

    def _differing(self, messages: Sequence[Message], n: int, text: str) -> Span | None:
        """Where the text differs from that with a placeholder for turn `n`: the way Axolotl finds a turn."""
        starts, ends = [], []
        for sentinel in SENTINELS:
            turn = Message(role=messages[n]["role"], content=sentinel)
            other = self.render([*messages[:n], turn, *messages[n + 1 :]])
            start = _alike(text, other)
            rest = min(len(text), len(other)) - start
            tail, another = (part[len(part) - rest :][::-1] for part in (text, other))
            starts.append(start)
            ends.append(len(text) - _alike(tail, another))
        return (min(starts), max(ends)) if max(ends) > min(starts) else None


def _alike(a: str, b: str) -> int:
    """How many characters at their beginning two texts share."""
    return bisect_left(range(min(len(a), len(b))), True, key=lambda n: a[: n + 1] != b[: n + 1])


def _placed(messages: Sequence[Message], frame: Sequence[str], contents: Sequence[str]) -> list[Span | None]:
    spans: list[Span | None] = []
    at = 0
    for turn, before, content in zip(messages, frame, contents, strict=False):
        at += len(before)
        if turn["role"] == "assistant":
            spans.append((at, at + len(content)) if content else None)
        at += len(content)
    return spans


def _trained(ids: list[int], offsets: Sequence[Span], spans: Sequence[Span | None], end: int | None) -> int:
    """How many of the tokens Axolotl gives a label, with the contents to be trained on at `spans` of the text.

    A character may be split among tokens of one offset; all of them belong to the content then.
    """
    starts, ends = zip(*offsets, strict=True) if offsets else ((), ())
    labelled = bytearray(len(ids))
    for span in spans:
        after = -1
        if span is not None:
            first, last = bisect_right(ends, span[0]), bisect_left(starts, span[1])
            if first < last:
                labelled[first:last] = b"\x01" * (last - first)
                after = last
        for n in range(max(after, 0), min(after + NEAR_END + 1, len(ids))):
            if ids[n] == end:
                labelled[n] = 1
                break
    return sum(labelled)


def _batches(texts: Sequence[str]) -> list[list[str]]:
    """The texts in runs of about `BATCH` characters: a tokenizer keeps much more than the numbers asked for."""
    batches: list[list[str]] = []
    size = BATCH
    for text in texts:
        if size + len(text) > BATCH:
            batches.append([])
            size = 0
        batches[-1].append(text)
        size += len(text)
    return batches


@lru_cache(maxsize=2)
def _load(spec: TokenizerSpec) -> _Template:
    return _Template(*load(spec))


Counter = Callable[[Sequence[Message]], Lengths]
"""What the rest of a build needs of a counter."""
