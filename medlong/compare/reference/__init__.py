"""Published figures that can be set beside a comparison, each with its source."""
