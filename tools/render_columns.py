"""Write the table of columns in docs/compare.md from medlong/compare/columns.py.

python tools/render_columns.py
"""

import re
from pathlib import Path

from medlong.compare.columns import markdown

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "compare.md"
TABLE = re.compile(r"^\| Column \|.*?\n(?!\|)", re.DOTALL | re.MULTILINE)


def main() -> None:
    """Replace the table."""
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(TABLE.sub(lambda _: markdown(), text, count=1), encoding="utf-8")


if __name__ == "__main__":
    main()
