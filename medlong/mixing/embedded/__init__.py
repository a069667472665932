"""Instruction rows that ship as code: deterministic, no download, disjoint from every exam bank."""
