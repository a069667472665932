"""What holds for every data set that is read from the Hugging Face hub."""

import re

_COMMIT = re.compile(r"[0-9a-f]{40}")


def is_commit(revision: str) -> bool:
    """Return whether `revision` is a whole commit, which never moves as a branch or a tag does."""
    return _COMMIT.fullmatch(revision) is not None


def why(error: Exception) -> str:
    """Return what the hub's client says, on one line: its errors are of many kinds, some of many lines."""
    return " ".join(str(error).split())[:200] or type(error).__name__
