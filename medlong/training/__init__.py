"""What medlong knows about Axolotl: recipes, their checks, and run provenance."""
