"""Pure scoring functions: text in, number out."""
