"""From a mixture file to the exact list of its rows, without writing any of them."""

from pathlib import Path
from typing import NamedTuple

from medlong.hashing import digest
from medlong.mixing.choice import Choice
from medlong.mixing.choose import choose
from medlong.mixing.origin import Origin
from medlong.mixing.sources import resolve
from medlong.mixing.spec import Mixture, file_of, load
from medlong.mixing.survey import Look, Surveyed, survey_all
from medlong.mixing.workers import Workers


class Plan(NamedTuple):
    """Everything that decides the bytes of a mixture."""

    path: Path
    mixture: Mixture
    origins: dict[str, Origin]
    surveyed: tuple[Surveyed, ...]
    """Of every piece of every source, in the order of the file."""

    choice: Choice
    folder: Path
    """Has the lists of rows."""

    spec_sha256: str

    @property
    def mixture_id(self) -> str:
        """What the mixture's folder is called."""
        return self.choice.mixture_id


def plan(path: Path, folder: Path, hands: Workers, listed: Path | None = None) -> Plan:
    """Return the plan of the mixture at `path`, as `spec.load` takes it; every row of its sources is read once.

    Args:
        path: The mixture file.
        folder: Takes the surveys, which are used again, and the lists of rows.
        hands: Do the reading.
        listed: A list of sources in place of the one that the mixture includes.

    Raises:
        ConfigError: If the file, or a source it names, is not what it should be.
        DataError: If a row is bad, or a source has too little.
    """
    mixture = load(path)
    origins = resolve(mixture, path, listed)
    look = Look(mixture, file_of(path).parent)
    surveyed = survey_all(origins.values(), look, folder / "survey", hands)
    choice = choose(path, mixture, surveyed, folder)
    used = {name: origin.source.model_dump(mode="json") for name, origin in origins.items()}
    spec = digest({"mixture": mixture.model_dump(mode="json"), "sources": used})
    return Plan(path, mixture, origins, tuple(surveyed), choice, folder, spec)
