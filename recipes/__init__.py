"""Declarations of Axolotl recipes (YAML), complete and ready for `axolotl train`."""
