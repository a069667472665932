"""One record of a file, in any of the formats, as a conversation."""

from collections.abc import Callable, Mapping, Sequence

from medlong.errors import DataError
from medlong.mixing.content import Message

ROLES = ("system", "user", "assistant")

SPEAKERS = {"human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant", "system": "system"}
"""Who speaks in a ShareGPT conversation -> role."""

_ABSENT = object()


def to_messages(record: Mapping[str, object], kind: str, names: Mapping[str, str]) -> list[Message]:
    """Return `record` as messages.

    Args:
        record: One row of a file.
        kind: The format: messages, sharegpt, alpaca, qa or prompt_completion.
        names: Field of the format -> name of that field in the record, where the two differ; a name such as
            `instances.0.output` leads into objects and lists.

    Raises:
        DataError: If a field is missing, empty or not text; the message names the field.
    """
    messages = _FORMATS[kind](record, names)
    for turn in messages:
        if turn["content"].isascii() and "\0" not in turn["content"]:
            continue
        try:
            turn["content"].encode()
        except UnicodeEncodeError:
            raise DataError(f"{turn['role']}: has half a surrogate pair, which is not text") from None
        if "\0" in turn["content"]:
            raise DataError(f"{turn['role']}: has a null character, which is not text")
    return messages


def _text(record: Mapping[str, object], names: Mapping[str, str], field: str, required: bool = True) -> str:
    name = names.get(field, field)
    value = _field(record, name)
    if value is None or (value is _ABSENT and not required):
        value = ""
    if value is _ABSENT:
        has = ", ".join(sorted(str(key) for key in record)) or "nothing"
        raise DataError(f"{name}: no such field; the record has {has}. Map it: map: {{{field}: <name in the file>}}")
    if not isinstance(value, str):
        raise DataError(f"{name}: expected text, got {type(value).__name__} {value!r:.60}")
    if required and not value.strip():
        raise DataError(f"{name}: is empty")
    return value


def _field(record: Mapping[str, object], name: str) -> object:
    """The field of that name, or what the steps of a dotted name lead to; `_ABSENT` if there is none."""
    if name in record or "." not in name:
        return record.get(name, _ABSENT)
    found: object = record
    for step in name.split("."):
        if isinstance(found, Mapping):
            found = found.get(step, _ABSENT)
        elif isinstance(found, Sequence) and not isinstance(found, str) and step.isdecimal():
            found = found[int(step)] if int(step) < len(found) else _ABSENT
        else:
            return _ABSENT
    return found


def _shown(value: object) -> str:
    return "nothing" if value is _ABSENT else f"{value!r:.60}"


def _pair(question: str, answer: str) -> list[Message]:
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


def _alpaca(record: Mapping[str, object], names: Mapping[str, str]) -> list[Message]:
    question = _text(record, names, "instruction")
    extra = _text(record, names, "input", required=False)
    return _pair(f"{question}\n\n{extra}" if extra.strip() else question, _text(record, names, "output"))


def _qa(record: Mapping[str, object], names: Mapping[str, str]) -> list[Message]:
    return _pair(_text(record, names, "question"), _text(record, names, "answer"))


def _prompt_completion(record: Mapping[str, object], names: Mapping[str, str]) -> list[Message]:
    return _pair(_text(record, names, "prompt"), _text(record, names, "completion"))


def _messages(record: Mapping[str, object], names: Mapping[str, str]) -> list[Message]:
    name = names.get("messages", "messages")
    turns = _field(record, name)
    if not isinstance(turns, list) or not turns:
        raise DataError(f"{name}: expected a list of messages, got {_shown(turns)}")
    return check_turns([_turn(turn, f"{name}[{n}]") for n, turn in enumerate(turns)], name)


def _sharegpt(record: Mapping[str, object], names: Mapping[str, str]) -> list[Message]:
    name = names.get("conversations", "conversations")
    turns = _field(record, name)
    if not isinstance(turns, list) or not turns:
        raise DataError(f"{name}: expected a list of turns, got {_shown(turns)}")
    spoken = [_spoken(turn, f"{name}[{n}]", names) for n, turn in enumerate(turns)]
    return check_turns(spoken, name)


def _spoken(turn: object, where: str, names: Mapping[str, str]) -> Message:
    speaker, text = names.get("from", "from"), names.get("value", "value")
    if not isinstance(turn, dict):
        raise DataError(f"{where}: expected {{{speaker}, {text}}}, got {turn!r:.60}")
    who = turn.get(speaker)
    if not isinstance(who, str) or who not in SPEAKERS:
        raise DataError(f"{where}.{speaker}: expected one of {', '.join(SPEAKERS)}, got {who!r:.60}")
    return _turn({"role": SPEAKERS[who], "content": turn.get(text)}, where, text)


def _turn(turn: object, where: str, text: str = "content") -> Message:
    if not isinstance(turn, dict):
        raise DataError(f"{where}: expected {{role, content}}, got {turn!r:.60}")
    role, content = turn.get("role"), turn.get("content")
    if role not in ROLES:
        raise DataError(f"{where}.role: expected one of {', '.join(ROLES)}, got {role!r:.60}")
    if not isinstance(content, str) or not content.strip():
        raise DataError(f"{where}.{text}: expected text that is not empty, got {content!r:.60}")
    return {"role": str(role), "content": content}


def check_turns(messages: list[Message], where: str) -> list[Message]:
    """Return `messages` when they are user and assistant in turn, after at most one system message.

    Chat templates refuse, or silently reorder, anything else.

    Raises:
        DataError: If they are not, or the last one is not the assistant's.
    """
    roles = [turn["role"] for turn in messages]
    talk = roles[1:] if roles[0] == "system" else roles
    if not talk or len(talk) % 2 or talk != ["user", "assistant"] * (len(talk) // 2):
        raise DataError(f"{where}: expected user and assistant in turn, ending with assistant, got {', '.join(roles)}")
    return messages


_FORMATS: dict[str, Callable[[Mapping[str, object], Mapping[str, str]], list[Message]]] = {
    "messages": _messages,
    "sharegpt": _sharegpt,
    "alpaca": _alpaca,
    "qa": _qa,
    "prompt_completion": _prompt_completion,
}
