"""The composition of a built mixture as a picture: one bar for each source, in the mixture's unit."""

from pathlib import Path
from typing import Any

from medlong.errors import ConfigError, MissingPackageError
from medlong.mixing.manifest import Manifest
from medlong.mixing.show import percent

SUFFIXES = (".png", ".svg")
COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb")
"""Paul Tol's bright scheme, told apart by most colour-blind readers."""


def plot(manifest: Manifest, path: Path) -> None:
    """Write the composition of a mixture to `path`, a .png or .svg file; the same mixture gives the same bytes.

    Raises:
        ConfigError: If `path` has another suffix.
        MissingPackageError: If matplotlib is not installed.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ConfigError(f"--plot {path}: the name must end in {' or '.join(SUFFIXES)}")
    try:
        import matplotlib as mpl
    except ModuleNotFoundError:
        raise MissingPackageError("--plot needs the package matplotlib: pip install 'medlong[mix]'") from None
    with mpl.rc_context({**mpl.rcParamsDefault, "svg.hashsalt": "medlong", "svg.fonttype": "none"}):
        figure = _figure(manifest)
        nothing = {"Date": None, "Creator": None} if path.suffix.lower() == ".svg" else {"Software": None}
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata=nothing)


def _figure(manifest: Manifest) -> Any:
    from matplotlib.figure import Figure

    uses = list(manifest.uses())
    total = sum(manifest.given(use) for _, _, use in uses)
    figure = Figure(figsize=(8, 1.6 + 0.4 * len(uses)), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    places = {name: n for n, name in enumerate(manifest.components)}
    for row, (component, _, use) in enumerate(uses):
        colour = COLOURS[places[component] % len(COLOURS)]
        first = row == 0 or uses[row - 1][0] != component
        given, together = manifest.given(use), manifest.components[component].realised.of(manifest.unit)
        label = f"{component}: {together:,} ({percent(together, total)})"
        axes.barh(row, given, color=colour, label=_plain(label) if first else None)
        axes.annotate(
            f"{given:,} ({percent(given, total)})",
            *((given, row), (4, 0)),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
    axes.set_yticks(range(len(uses)), [_plain(source) for _, source, _ in uses])
    axes.invert_yaxis()
    axes.margins(x=0.2)
    axes.set_xlabel(manifest.noun())
    axes.set_title(_plain(f"{manifest.name}  {manifest.mixture_id}"), loc="left", fontsize=10)
    axes.legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _plain(text: str) -> str:
    """Names that hold no formula: a dollar would start one."""
    return text.replace("$", r"\$")
