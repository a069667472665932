"""Weighted averages of models of one shape: soups of base and tuned weights."""
