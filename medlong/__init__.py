"""Measure and repair the long-context loss of medically fine-tuned language models."""

__version__ = "0.1.0"
