"""Declarations of harness tasks (YAML); the Python they name lives in medlong.exam."""
