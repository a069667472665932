"""Banks made from data that is not ours to ship: one module a source, and what they share."""
