"""Join runs, mixtures and exam results by id, and say what the evidence supports.

`medlong.compare.load` is the way in from Python; nothing heavy is imported before it is asked for.
"""

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medlong.compare.api import load as load

__all__ = ["load"]


class _Package(ModuleType):
    """Keeps `load` the function: importing the module of that name would put the module in its place."""

    @property
    def load(self) -> Any:
        from medlong.compare.api import load

        return load

    @load.setter
    def load(self, module: ModuleType) -> None:
        """Do nothing: what is set is the module that was just imported."""


sys.modules[__name__].__class__ = _Package
