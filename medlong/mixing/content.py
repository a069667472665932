"""What a row says, in the one form in which it is identified and written."""

import unicodedata
from collections.abc import Sequence
from json.encoder import encode_basestring as quoted
from typing import NamedTuple, TypedDict

from medlong.hashing import text_digest

RENDER_FORMAT = "messages-v1"


class Message(TypedDict):
    """One turn of a conversation."""

    role: str
    content: str


class Written(NamedTuple):
    """One row in the two forms in which it leaves memory."""

    content_id: str
    line: str
    """Of a training file, without the line feed."""


def normalise(messages: Sequence[Message]) -> list[Message]:
    """Return `messages` in Unicode normal form C with newlines as line feeds.

    Rows are written in this form, so that one content id always stands for the same bytes.
    """
    return [{"role": turn["role"], "content": normal(turn["content"])} for turn in messages]


def normal(text: str) -> str:
    """Return a text in Unicode normal form C with newlines as line feeds."""
    if text.isascii() and "\r" not in text:
        return text
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def content_id(messages: Sequence[Message]) -> str:
    """Return the sha256 hex digest of the roles and contents of `messages`, once normalised."""
    return written(normalise(messages)).content_id


def written(messages: Sequence[Message]) -> Written:
    """Return content id and line of messages that are normalised already.

    They are what `hashing.digest` makes of role and content of each turn, and `json.dumps` without escapes of
    `{"messages": ...}`, in a third of their time.
    """
    turns = [(quoted(turn["role"]), quoted(turn["content"])) for turn in messages]
    text = ",".join([f"[{role},{content}]" for role, content in turns])
    line = ", ".join([f'{{"role": {role}, "content": {content}}}' for role, content in turns])
    return Written(text_digest(f"[{text}]"), f'{{"messages": [{line}]}}')
