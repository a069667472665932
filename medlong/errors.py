"""Errors a user can act on; the command line prints them without a traceback and exits with 2."""


class MedlongError(Exception):
    """Something the user can put right; the message says where, what was found, and what would be right."""


class ConfigError(MedlongError):
    """A file the user wrote is not what it should be."""


class DataError(MedlongError):
    """Data named by the user is missing, too little, or broken."""


class MissingPackageError(MedlongError):
    """A package or tool that the asked-for feature needs is not installed."""
