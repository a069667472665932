"""Join runs, mixtures and exam results by id, and say what the evidence supports.

`medlong.compare.load` is the way in from Python; nothing heavy is imported before it is asked for.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medlong.compare.api import load as load

__all__ = ["load"]


def __getattr__(name: str) -> Any:
    if name != "load":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from medlong.compare.api import load

    return load
