"""Rows that a mixture leaves out for what they are, before any quota is filled."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from medlong.config import Strict
from medlong.errors import ConfigError, DataError, MissingPackageError
from medlong.mixing.content import Message
from medlong.mixing.lengths import Lengths

REASONS = {
    "empty_answer": "an answer has no text",
    "short_answer": "its answers have fewer characters than shorter_than",
    "long_answer": "its answers have more characters than longer_than",
    "too_long": "it has more tokens than sequence_len, so that the trainer would drop or refuse it",
    "language": "it is in a language that is not listed, questions and answers taken together",
    "excluded_term": "it has one of exclude_terms",
}
"""Why a row is left out, in the order in which the reasons are looked for; the first that holds is the row's."""

LEAST_LETTERS = 40
"""Of fewer letters nobody can tell the language; such rows (a sum, a formula) are kept."""

NO_SPACES = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Characters of scripts that put no space between words: there, a term may begin and end anywhere."""

Action = Literal["drop", "error"]
Whole = Annotated[int, Field(strict=True, ge=0)]


class FilterSpec(Strict):
    """Which rows to leave out; they are counted by reason in the manifest, and quotas are filled without them."""

    empty_answer: Action = "error"
    """What to do with a row that has an answer without text."""

    longer_than_sequence: Action | None = None
    """What to do with a row of more tokens than `sequence_len`; needs `tokenizer` and `sequence_len`."""

    shorter_than: Whole | None = None
    """Leave out rows whose answers have fewer characters than this, together."""

    longer_than: Whole | None = None
    """Leave out rows whose answers have more characters than this, together."""

    language: list[Annotated[str, Field(pattern="^[a-z]{2,3}$")]] | None = Field(default=None, min_length=1)
    """Leave out rows that are in none of these languages, such as [en, zh]; ISO 639 codes. Needs py3langid."""

    exclude_terms: list[str] = Field(default_factory=list)
    """Leave out rows with one of these words or phrases, in any case; whole words, no patterns."""

    @field_validator("language")
    @classmethod
    def _known_languages(cls, value: list[str] | None) -> list[str] | None:
        if value and find_spec("py3langid") is not None:
            known = set(_identifier().labels)
            for code in value:
                if code not in known:
                    raise ValueError(f"no language {code!r}; known: {', '.join(sorted(known))}")
        return value

    @field_validator("exclude_terms")
    @classmethod
    def _terms_have_words(cls, value: list[str]) -> list[str]:
        for term in value:
            if not re.search(r"\w", term):
                raise ValueError(f"a term needs a letter or digit, got {term!r}")
        return value

    @model_validator(mode="after")
    def _something_is_left(self) -> "FilterSpec":
        if self.shorter_than is not None and self.longer_than is not None and self.shorter_than > self.longer_than:
            raise ValueError("shorter_than is above longer_than, so every row would go")
        return self


class Filters:
    """Says why a row is to be left out; can be pickled, and depends on the row alone."""

    def __init__(self, spec: FilterSpec, sequence_len: int | None) -> None:
        if spec.longer_than_sequence and sequence_len is None:
            raise ConfigError("filter: longer_than_sequence needs sequence_len, and a tokenizer to count with")
        if spec.language and find_spec("py3langid") is None:
            raise MissingPackageError("filter: language needs py3langid: pip install 'medlong[mix]'")
        self.spec = spec
        self.sequence_len = sequence_len
        self._term = _pattern(spec.exclude_terms)

    def __call__(self, messages: Sequence[Message], lengths: Lengths) -> str | None:
        """Return the first of `REASONS` that holds for a row, or None to keep it.

        Raises:
            ConfigError: If tokens are needed, and were not counted.
            DataError: If a reason holds for which the mixture asks for an error.
        """
        answers = [turn["content"].strip() for turn in messages if turn["role"] == "assistant"]
        if not all(answers):
            return self._act(self.spec.empty_answer, "empty_answer")
        reason = self._size(sum(map(len, answers)))
        if reason:
            return reason
        if self._is_too_long(lengths):
            return self._act(self.spec.longer_than_sequence, "too_long", f": {lengths.tokens} of {self.sequence_len}")
        text = "\n".join(turn["content"] for turn in messages)
        if self.spec.language and not _speaks(text, self.spec.language):
            return "language"
        if self._term and self._term.search(text):
            return "excluded_term"
        return None

    def _size(self, characters: int) -> str | None:
        if self.spec.shorter_than is not None and characters < self.spec.shorter_than:
            return "short_answer"
        if self.spec.longer_than is not None and characters > self.spec.longer_than:
            return "long_answer"
        return None

    def _is_too_long(self, lengths: Lengths) -> bool:
        if self.spec.longer_than_sequence is None or self.sequence_len is None:
            return False
        if not lengths.tokens:
            raise ConfigError("filter: longer_than_sequence needs a tokenizer to count with")
        return lengths.tokens > self.sequence_len

    @staticmethod
    def _act(action: Action | None, reason: str, more: str = "") -> str:
        if action == "error":
            raise DataError(f"{REASONS[reason]}{more} (filter: drop such rows, or correct them)")
        return reason


def filters(spec: FilterSpec, sequence_len: int | None) -> Callable[[Sequence[Message], Lengths], str | None]:
    """Return what says why a row is to be left out: one of `REASONS`, or None.

    Raises:
        ConfigError: If the lengths that rows are measured against are not given.
        MissingPackageError: If languages are to be told, and py3langid is not installed.
    """
    return Filters(spec, sequence_len)


def _pattern(terms: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(map(_whole, sorted(set(terms)))), re.IGNORECASE) if terms else None


def _whole(term: str) -> str:
    """A term where it begins and ends a word, with any white space between its words."""
    words = r"\s+".join(re.escape(word) for word in term.split())
    first, last = term.strip()[0], term.strip()[-1]
    before = "" if _no_spaces(first) else rf"(?<![^\W{NO_SPACES}])"
    after = "" if _no_spaces(last) else rf"(?![^\W{NO_SPACES}])"
    return f"{before}{words}{after}"


def _no_spaces(character: str) -> bool:
    return re.match(f"[{NO_SPACES}]", character) is not None


def _speaks(text: str, languages: Sequence[str]) -> bool:
    """Whether the likeliest language of the text is listed, or nobody can tell."""
    if sum(map(str.isalpha, text)) < LEAST_LETTERS and not re.search(f"[{NO_SPACES}]", text):
        return True
    return _identifier().classify(text)[0] in languages


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
