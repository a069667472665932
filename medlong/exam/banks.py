"""The banks that ship with medlong, by name."""

from medlong.catalog import unknown
from medlong.errors import ConfigError
from medlong.exam.bank import Bank

NAMES = ("formulary",)


def load(name: str) -> Bank:
    """Return the bank called `name`.

    Raises:
        ConfigError: If there is none; the message names the nearest and all that exist.
    """
    if name not in NAMES:
        raise ConfigError(unknown("bank", name, NAMES))
    from medlong.exam import formulary

    return formulary.build()
