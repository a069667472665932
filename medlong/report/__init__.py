"""The comparison as one page for a browser: verdict, pictures, tables, the items behind them, its sources."""

SHOWN = 6
"""Items shown of one arm and depth where nothing else is asked for, those on which the models differ first."""
