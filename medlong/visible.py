"""Text of unknown origin made safe to print on a terminal."""

_PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"} | {
    0x7F: 0x2421,
    **{code: 0xFFFD for code in range(0x80, 0xA0)},
}


def visible(text: str) -> str:
    """Return `text` with a picture for each control character, so that no data can steer a terminal."""
    return text.translate(_PICTURES)
