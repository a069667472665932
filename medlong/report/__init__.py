"""The comparison as one page for a browser: verdict, pictures, tables, the items behind them, its sources."""
