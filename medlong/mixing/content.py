"""What a row says, in the one form in which it is identified and written."""

import unicodedata
from collections.abc import Sequence
from json.encoder import encode_basestring as quoted
from typing import TypedDict

from medlong.hashing import text_digest

RENDER_FORMAT = "messages-v1"


class Message(TypedDict):
    """One turn of a conversation."""

    role: str
    content: str


def normalise(messages: Sequence[Message]) -> list[Message]:
    """Return `messages` in Unicode normal form C with newlines as line feeds.

    Rows are written in this form, so that one content id always stands for the same bytes.
    """
    return [Message(role=turn["role"], content=_normal(turn["content"])) for turn in messages]


def _normal(text: str) -> str:
    if text.isascii() and "\r" not in text:
        return text
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def content_id(messages: Sequence[Message]) -> str:
    """Return the sha256 hex digest of the roles and contents of `messages`, once normalised."""
    return normal_id(normalise(messages))


def normal_id(messages: Sequence[Message]) -> str:
    """Return the `content_id` of messages that are normalised already: `hashing.digest` of role and content of each."""
    turns = ",".join([f"[{quoted(turn['role'])},{quoted(turn['content'])}]" for turn in messages])
    return text_digest(f"[{turns}]")


def line(messages: Sequence[Message]) -> str:
    """Return the line of a training file, as `json.dumps` without escapes writes it, in a third of its time."""
    turns = ", ".join(
        [f'{{"role": {quoted(turn["role"])}, "content": {quoted(turn["content"])}}}' for turn in messages]
    )
    return f'{{"messages": [{turns}]}}'
