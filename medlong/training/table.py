"""The table of all recipes in recipes/README.md, from what each recipe says of itself."""

from collections.abc import Iterator
from pathlib import Path

from medlong import catalog
from medlong.atomic import write_text
from medlong.config import read_text
from medlong.errors import ConfigError
from medlong.training.render import recipes

START = "<!-- From here on rendered by `medlong recipe render`. -->"


def write() -> list[Path]:
    """Write the table, unless it is current; return the file if it changed.

    Raises:
        ConfigError: If the file has no place for a table.
    """
    path, text = rendered()
    if read_text(path) == text:
        return []
    write_text(path, text)
    return [path]


def stale() -> list[str]:
    """Return what is wrong with the table, if anything.

    Raises:
        ConfigError: If the file has no place for a table.
    """
    path, text = rendered()
    return [] if read_text(path) == text else [f"{path}: its table is not that of the recipes"]


def rendered() -> tuple[Path, str]:
    """Return the file and the text it should have.

    Raises:
        ConfigError: If the file has no place for a table.
    """
    path = catalog.folder("recipes") / "README.md"
    opening, found, _ = read_text(path).partition(START)
    if not found:
        raise ConfigError(f"{path}: has no line {START}")
    return path, f"{opening}{START}\n\n" + "\n".join(_rows()) + "\n"


def _rows() -> Iterator[str]:
    yield "| recipe | what it trains | needs | GiB on each GPU |"
    yield "|---|---|---|---|"
    root = catalog.folder("recipes")
    for path in recipes():
        lines = read_text(path).splitlines()
        place = path.relative_to(root).as_posix()
        needs = _after(lines, "# Needs:").partition(";")[0].rstrip(".")
        gib = _after(lines, "# Memory: about").partition(" ")[0] or "none"
        yield f"| [{place}]({place}) | {lines[0].removeprefix('# ').rstrip('.')} | {needs} | {gib} |"


def _after(lines: list[str], start: str) -> str:
    return next((line.removeprefix(start).strip() for line in lines if line.startswith(start)), "")
