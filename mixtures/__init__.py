"""Declarations of data mixtures (YAML) and of the sources they draw from."""
