"""Join runs, mixtures and exam results by id, and say what the evidence supports."""
