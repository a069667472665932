"""What the licences of a mixture's sources allow, as far as their names tell; no advice in law."""

import re
from collections.abc import Iterable
from typing import NamedTuple

UNSTATED = frozenset({"unstated", "unknown", "none", "no licence", "no license", "n/a"})
"""What people write where the origin names no licence, in lower case."""


class Licence(NamedTuple):
    """One licence by its SPDX name."""

    name: str
    non_commercial: bool = False
    share_alike: bool = False
    """What is made of it has to carry the same licence."""

    no_derivatives: bool = False
    """Changed works must not be passed on; a mixture may be one."""

    known: bool = True
    """False for a name that is not in this module's list, and for `unstated`."""

    hub: str = "other"
    """The name in the list of the Hugging Face hub."""


class Summary(NamedTuple):
    """What holds for rows of several licences together."""

    union: list[str]
    non_commercial: bool
    share_alike: bool
    no_derivatives: bool
    unknown: list[str]
    """Names in `union` that say nothing of what is allowed."""


_PERMISSIVE = {
    "mit": "MIT",
    "apache-2.0": "Apache-2.0",
    "bsd-2-clause": "BSD-2-Clause",
    "bsd-3-clause": "BSD-3-Clause",
    "isc": "ISC",
    "cc0-1.0": "CC0-1.0",
    "pddl": "PDDL-1.0",
    "unlicense": "Unlicense",
    "odc-by": "ODC-By-1.0",
    "cdla-permissive-1.0": "CDLA-Permissive-1.0",
    "cdla-permissive-2.0": "CDLA-Permissive-2.0",
}
_SHARE_ALIKE = {
    "odbl": "ODbL-1.0",
    "cdla-sharing-1.0": "CDLA-Sharing-1.0",
    "gpl-2.0": "GPL-2.0",
    "gpl-3.0": "GPL-3.0",
    "lgpl-3.0": "LGPL-3.0",
    "agpl-3.0": "AGPL-3.0",
    "gfdl": "GFDL-1.3",
}
_OTHER_SPELLINGS = {
    "mit-license": "mit",
    "apache": "apache-2.0",
    "apache-2": "apache-2.0",
    "apache-license-2.0": "apache-2.0",
    "cc0": "cc0-1.0",
    "pddl-1.0": "pddl",
    "odc-by-1.0": "odc-by",
    "odbl-1.0": "odbl",
    "gfdl-1.3": "gfdl",
}
_CREATIVE_COMMONS = re.compile(r"cc-by(-nc)?(?:-(sa|nd))?(?:-(\d\.\d))?(?:-igo)?")


def licence(text: str) -> Licence:
    """Return what is known of the licence that a source names, in SPDX's spelling or one near it.

    `CC BY-NC 4.0`, `cc-by-nc-4.0` and `CC-BY-NC-4.0` are one. A name that is not listed is kept as typed.
    """
    key = re.sub(r"[\s_-]+", "-", text.strip().lower().removesuffix("-only").removesuffix("-or-later"))
    key = _OTHER_SPELLINGS.get(key, key)
    if key in _PERMISSIVE:
        return Licence(_PERMISSIVE[key], hub=key)
    if key in _SHARE_ALIKE:
        return Licence(_SHARE_ALIKE[key], share_alike=True, hub=key)
    if match := _CREATIVE_COMMONS.fullmatch(key):
        return Licence(
            name=key.upper(),
            non_commercial=match[1] is not None,
            share_alike=match[2] == "sa",
            no_derivatives=match[2] == "nd",
            hub=key.removesuffix("-igo") if match[3] else "cc",
        )
    unstated = text.strip().lower() in UNSTATED
    non_commercial = re.search(r"\bnc\b|non-?commercial|research[ -]only", text.lower()) is not None
    name = "unstated" if unstated else text.strip()
    return Licence(name, non_commercial=non_commercial, known=False, hub="unknown" if unstated else "other")


def summary(texts: Iterable[str]) -> Summary:
    """Return what holds for rows under all of the licences in `texts`."""
    found = sorted({licence(text) for text in texts})
    return Summary(
        union=[one.name for one in found],
        non_commercial=any(one.non_commercial for one in found),
        share_alike=any(one.share_alike for one in found),
        no_derivatives=any(one.no_derivatives for one in found),
        unknown=[one.name for one in found if not one.known],
    )


def warnings(texts: Iterable[str]) -> list[str]:
    """Return one sentence for each thing that the licences in `texts` forbid or leave open."""
    found = sorted({licence(text) for text in texts})
    said = []
    for names, sentence in (
        ([one.name for one in found if one.non_commercial], "no commercial use of these rows"),
        ([one.name for one in found if one.no_derivatives], "changed works must not be passed on"),
        ([one.name for one in found if one.share_alike], "what is made of these rows has to carry the same licence"),
        ([one.name for one in found if not one.known], "not in medlong's list; find out what is allowed"),
    ):
        if names:
            said.append(f"{', '.join(names)}: {sentence}")
    return said
