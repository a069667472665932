"""What differs between two built mixtures: what was asked, what the sources held, and which rows came out."""

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import IO, NamedTuple

from rich.console import Console
from rich.text import Text

from medlong.mixing.manifest import Built, Entry, Manifest, entries, load, rows
from medlong.mixing.progress import Watch, unwatched
from medlong.mixing.show import Table, print_table
from medlong.visible import visible

OPENING = 80
"""Characters of a row that are shown."""

Key = tuple[str, str]
"""Component and source."""


class Change(NamedTuple):
    """One thing that the two manifests say differently; empty where one does not have it."""

    what: str
    a: str
    b: str


class Tally(NamedTuple):
    """Rows of one component and source."""

    a: int
    b: int
    only_a: int
    only_b: int

    @property
    def both(self) -> int:
        """Rows of A here that B has somewhere."""
        return self.a - self.only_a


class Difference(NamedTuple):
    """What `compare` found.

    A row is a content id and an epoch: the second use of one text is another row than the first.
    """

    a: Built
    b: Built
    changes: list[Change]
    tallies: dict[Key, Tally]
    only_a: set[bytes]
    only_b: set[bytes]
    moved: int
    """Rows in both that belong to another component or source in B."""

    reordered: bool
    """The rows in both follow one another in another order."""

    @property
    def same(self) -> bool:
        """Nothing differs."""
        return not (self.changes or self.only_a or self.only_b or self.moved or self.reordered)


def compare(place_a: Path, place_b: Path, watch: Watch = unwatched) -> Difference:
    """Return what differs between two built mixtures, each a folder or the manifest in it.

    Each index is read twice. Ids are held: 330 MB for two mixtures of a million rows.

    Raises:
        ConfigError: If there is no mixture at a place.
        DataError: If an index is missing or was changed.
    """
    a, b = load(place_a), load(place_b)
    owners = _owners(a, watch)
    held: set[bytes] = set()
    moved = 0
    for entry in watch(entries(b), "reading B"):
        row = _row(entry)
        held.add(row)
        moved += row in owners and owners[row] != (entry.component, entry.source)
    only_a, only_b = owners.keys() - held, held - owners.keys()
    counted_a, counted_b = (
        _count(watch(entries(a), "counting A"), only_a),
        _count(watch(entries(b), "counting B"), only_b),
    )
    keys = dict.fromkeys([*_keys(a.manifest), *_keys(b.manifest), *counted_a.rows, *counted_b.rows])
    tallies = {
        key: Tally(counted_a.rows[key], counted_b.rows[key], counted_a.alone[key], counted_b.alone[key]) for key in keys
    }
    changes = list(_changes(a.manifest, b.manifest))
    return Difference(a, b, changes, tallies, only_a, only_b, moved, counted_a.order != counted_b.order)


def _owners(built: Built, watch: Watch) -> dict[bytes, Key]:
    keys: dict[Key, Key] = {}
    owners = {}
    for entry in watch(entries(built), "reading A"):
        key = (entry.component, entry.source)
        owners[_row(entry)] = keys.setdefault(key, key)  # one tuple for all rows of a source
    return owners


def _row(entry: Entry) -> bytes:
    epoch: bytes = entry.epoch.to_bytes(4, "big")
    return bytes.fromhex(entry.content_id) + epoch


class _Count(NamedTuple):
    rows: Counter[Key]
    alone: Counter[Key]
    order: str
    """Hash of the rows that both sides have, one after the other."""


def _count(index: Iterable[Entry], only: set[bytes]) -> _Count:
    rows, alone, order = Counter[Key](), Counter[Key](), sha256()
    for entry in index:
        key, row = (entry.component, entry.source), _row(entry)
        rows[key] += 1
        if row in only:
            alone[key] += 1
        else:
            order.update(row)
    return _Count(rows, alone, order.hexdigest())


def _keys(manifest: Manifest) -> Iterator[Key]:
    for component, source, _ in manifest.uses():
        yield component, source


def _changes(a: Manifest, b: Manifest) -> Iterator[Change]:
    facts = [dict(_facts(manifest)) for manifest in (a, b)]
    for what in dict.fromkeys([*facts[0], *facts[1]]):
        left, right = (side.get(what, "") for side in facts)
        if left != right:
            yield Change(what, left, right)


def _facts(manifest: Manifest) -> Iterator[tuple[str, str]]:
    """Yield everything two manifests are compared by; what follows from these, or from the rows, is left out."""
    for field in ("name", "seed", "unit", "total", "render_format"):
        yield field, str(getattr(manifest, field))
    if manifest.requested not in (None, manifest.total):
        yield "requested total", str(manifest.requested)
    for name, content in manifest.components.items():
        yield f"{name}: share", str(content.share)
        yield f"{name}: quota", f"{content.quota:,}"
    for name, source, use in manifest.uses():
        yield f"{source}: component", name
        if use.quota is not None and manifest.unit != "examples":
            yield f"{source}: quota", f"{use.quota:,}"
        yield f"{source}: taken", f"{use.taken:,}"
        yield f"{source}: available", f"{use.available:,}"
        yield f"{source}: distinct", f"{use.distinct:,}"
        yield f"{source}: max repeats", str(use.max_repeats)
    for source, facts in manifest.sources.items():
        for field in ("licence", "revision", "format"):
            yield f"{source}: {field}", str(getattr(facts, field))
        yield f"{source}: content sha256", facts.sha256[:12]
    yield "mixture file as declared, sha256", manifest.spec_sha256[:12]


def show(found: Difference, count: int, file: IO[str]) -> None:
    """Print what differs to `file`, with up to `count` rows that one side alone has.

    Raises:
        DataError: If rows are asked for and a training file is missing or was changed.
    """
    console = Console(file=file, highlight=False)
    for side, built in (("A", found.a), ("B", found.b)):
        _say(console, f"{side}: {built.folder}  {built.manifest.name}  {built.manifest.mixture_id}")
    if found.same:
        _say(console, "the same")
        return
    if found.changes:
        print_table(console, Table(("what was asked and given", "A", "B"), list(found.changes), n_text=1))
    else:
        _say(console, "asked and given: the same")
    _say(console, _verdict(found))
    if found.only_a or found.only_b:
        print_table(console, _table(found))
    for side, built, only in (("A", found.a, found.only_a), ("B", found.b, found.only_b)):
        for line in _examples(built, only, count):
            _say(console, f"only in {side}  {line}")


def _say(console: Console, text: str) -> None:
    console.print(Text(visible(text)), soft_wrap=True)


def _verdict(found: Difference) -> str:
    both = sum(tally.both for tally in found.tallies.values())
    counts = f"rows: {both:,} in both, {len(found.only_a):,} only in A, {len(found.only_b):,} only in B"
    order = "in another order" if found.reordered else "in the same order"
    moved = f", {found.moved:,} of them from another component or source" if found.moved else ""
    return f"{counts}; those in both are {order}{moved}"


def _table(found: Difference) -> Table:
    lines = [
        (*key, *(f"{count:,}" for count in (tally.a, tally.b, tally.both, tally.only_a, tally.only_b)))
        for key, tally in found.tallies.items()
    ]
    return Table(("component", "source", "A", "B", "in both", "only in A", "only in B"), lines, n_text=2)


def _examples(built: Built, only: set[bytes], count: int) -> Iterator[str]:
    left = min(count, len(only))
    if not left:
        return
    for entry, messages in rows(built):
        if _row(entry) in only:
            opening = " ".join(next(turn for turn in messages if turn["role"] == "user")["content"].split())
            cut = f"{opening[:OPENING]}..." if len(opening) > OPENING else opening
            yield f"{entry.component} / {entry.source}  {entry.content_id[:12]}  {cut}"
            left -= 1
            if not left:
                return
