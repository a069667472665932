from medlong.mixing.content import Message, content_id, normalise


def conversation(question: str, answer: str = "Yes.") -> list[Message]:
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


def test_content_id_ignores_newline_style_and_unicode_form_and_nothing_else() -> None:
    assert content_id(conversation("a\r\nb")) == content_id(conversation("a\nb")) == content_id(conversation("a\rb"))
    assert content_id(conversation("e\u0301")) == content_id(conversation("\u00e9"))
    assert content_id(conversation("a b")) != content_id(conversation("a  b"))
    assert content_id(conversation("a", "b")) != content_id(conversation("b", "a"))
    assert normalise(conversation("e\u0301\r"))[0]["content"] == "\u00e9\n"


def test_content_id_is_pinned() -> None:
    """A change here renames every mixture ever built."""
    assert content_id(conversation("Why?", "So.")).startswith("bfcfa1d1040095a0")
