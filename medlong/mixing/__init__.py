"""Mixture files into exact training data with a manifest."""
