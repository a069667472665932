"""How lm-evaluation-harness finds and runs our tasks."""
