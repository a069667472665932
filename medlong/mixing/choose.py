"""Which rows a mixture takes, and where each goes: from the surveys of its sources, with a bound on memory.

All of it is SQL over Parquet files, and what does not fit in memory lies in the work folder. A row's place
depends on its content, its source and the seed alone, so that neither files nor workers nor their order matter.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from medlong.errors import DataError
from medlong.mixing.bands import BOUNDS, labels
from medlong.mixing.choice import Band, Choice, SamePrompt, Stock, Taken
from medlong.mixing.content import RENDER_FORMAT
from medlong.mixing.lengths import Lengths
from medlong.mixing.near import near_duplicates
from medlong.mixing.quotas import quotas
from medlong.mixing.spec import Mixture
from medlong.mixing.survey import Surveyed

SELECTION, ORDER = "medlong-select-1", "medlong-order-1"
"""Of the two keyed orders: which rows are taken, and where they stand."""

MEMORY = "1GB"
"""What duckdb holds at most; more spills to the work folder."""

BATCH = 10_000
"""Rows that are passed from duckdb to Python at once."""

STRIDE = 1 << 40
"""More rows than a piece has: piece and row make one number, their place."""

CHOSEN, WANTED, DROPS = "chosen.parquet", "wanted.parquet", "drops.jsonl"
LENGTHS = ", ".join(Lengths._fields)
SAME_PAIR, NEAR, SAME_PROMPT = "same_pair", "near_duplicate", "same_prompt"


def choose(path: Path, mixture: Mixture, surveyed: Sequence[Surveyed], folder: Path) -> Choice:
    """Choose the rows of a mixture and list them in `folder`.

    Raises:
        DataError: If a source has too little.
        MissingPackageError: If near duplicates are looked for, and a package for that is not installed.
    """
    with _store(folder) as store:
        _load(store, surveyed, mixture.ranking())
        _hold(store)
        _drop(store, mixture, folder)
        stocks = _stocks(store, surveyed)
        asked = quotas(path, mixture, _have(store, mixture))
        for need in asked.needs:
            _pick(store, mixture, need.source, need.quota)
        _order(store, mixture, folder)
        examples, mixture_id = _identify(store)
        if not examples:
            raise DataError(f"{path}: no row fits: the mixture would be empty; raise its total")
        return Choice(
            asked,
            stocks,
            _taken(store, mixture),
            _same_prompt(store),
            examples,
            mixture_id,
            _list_drops(store, folder),
        )


def content(surveyed: Sequence[Surveyed], folder: Path) -> Stock:
    """Return what one source has, from the surveys of its pieces; nothing is judged."""
    with _store(folder) as store:
        _load(store, surveyed, [surveyed[0].source])
        _hold(store)
        (stock,) = _stocks(store, surveyed).values()
        return stock


@contextmanager
def _store(folder: Path) -> Iterator[Any]:
    import duckdb

    with duckdb.connect() as store:
        store.execute(f"SET memory_limit = '{MEMORY}'")
        store.execute("SET temp_directory = ?", [str(folder / "spill")])
        store.execute("SET preserve_insertion_order = false")
        store.execute("SET enable_progress_bar = false")
        yield store


def _load(store: Any, surveyed: Sequence[Surveyed], ranking: Sequence[str]) -> None:
    """`sources`: rank and name; `pieces`: file, number, rank; `survey`: every row of every piece."""
    ranks = {source: rank for rank, source in enumerate(ranking)}
    store.execute("CREATE TABLE sources (rank INTEGER, source VARCHAR)")
    store.executemany("INSERT INTO sources VALUES (?, ?)", [[rank, source] for source, rank in ranks.items()])
    store.execute("CREATE TABLE pieces (filename VARCHAR, piece BIGINT, rank INTEGER)")
    names = [str(found.rows) for found in surveyed]
    numbered = enumerate(zip(names, surveyed, strict=True))
    listed = [[name, number, ranks[found.source]] for number, (name, found) in numbered]
    store.executemany("INSERT INTO pieces VALUES (?, ?, ?)", listed)
    files = ", ".join(map(quoted, names))
    store.execute(
        f"CREATE VIEW survey AS SELECT *, piece * {STRIDE} + row AS place "
        f"FROM read_parquet([{files}], filename = true) JOIN pieces USING (filename)"
    )


def _hold(store: Any) -> None:
    """`held`: the distinct rows of each source; `own`: of all sources together, each the one's of highest rank.

    What is said of a row is the same wherever the row stands, so any place of it will do: the first.
    """
    same = ("reason", "dropped", "facts", "pair", "prompt", *Lengths._fields)
    said = ", ".join(f"any_value({name}) AS {name}" for name in same)
    store.execute(
        f"CREATE TABLE held AS SELECT rank, cid, min(place) AS place, count(*) AS times, {said} "
        "FROM survey GROUP BY rank, cid"
    )
    said = ", ".join(f"any_value({name}) AS {name}" for name in ("pair", "prompt", *Lengths._fields))
    store.execute(
        f"CREATE TABLE own AS SELECT cid, min(rank) AS rank, arg_min(place, rank) AS place, {said} "
        "FROM held WHERE dropped IS NOT TRUE GROUP BY cid"
    )
    store.execute("CREATE TABLE gone (rank INTEGER, cid BLOB, reason VARCHAR, kept VARCHAR)")
    store.execute("CREATE TABLE owned AS SELECT rank, count(*) AS n FROM own GROUP BY rank")


def _drop(store: Any, mixture: Mixture, folder: Path) -> None:
    """Take the rows that are like another out of `own`."""
    if mixture.dedup.key == "normalised_pair":
        _drop_alike(store, "pair", SAME_PAIR)
    if mixture.dedup.near is not None:
        _drop_near(store, mixture.dedup.near.jaccard, folder)
    if mixture.dedup.same_prompt == "drop":
        _drop_alike(store, "prompt", SAME_PROMPT)


def _drop_alike(store: Any, key: str, reason: str) -> None:
    store.execute(
        f"INSERT INTO gone SELECT rank, cid, '{reason}', lower(hex(first)) FROM (SELECT rank, cid, "
        f"first_value(cid) OVER (PARTITION BY {key} ORDER BY rank, cid) AS first FROM own) WHERE cid <> first"
    )
    store.execute("DELETE FROM own WHERE cid IN (SELECT cid FROM gone)")


def _drop_near(store: Any, jaccard: float, folder: Path) -> None:
    import pyarrow as pa

    signed = store.cursor()
    reader = signed.sql(
        "SELECT lower(hex(own.cid)) AS cid, own.rank, signature FROM own JOIN survey USING (place)"
    ).to_arrow_reader(BATCH)
    found = near_duplicates(_records(reader), jaccard, folder, MEMORY)
    near = pa.table({"cid": pa.array(found.keys(), pa.string()), "kept": pa.array(found.values(), pa.string())})
    store.register("near", near)
    rows = "SELECT rank, own.cid, ?, kept FROM near JOIN own ON own.cid = unhex(near.cid)"
    store.execute(f"INSERT INTO gone {rows}", [NEAR])
    store.unregister("near")
    store.execute("DELETE FROM own WHERE cid IN (SELECT cid FROM gone)")


def _records(reader: Any) -> Iterator[tuple[Any, ...]]:
    for batch in reader:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _stocks(store: Any, surveyed: Sequence[Surveyed]) -> dict[str, Stock]:
    rejected: dict[str, int] = {}
    for found in surveyed:
        rejected[found.source] = rejected.get(found.source, 0) + found.rejected
    dropped: dict[str, dict[str, int]] = {source: {} for source in rejected}
    for source, reason, count in store.execute(
        "SELECT source, reason, count(*) FROM (SELECT rank, reason FROM held WHERE dropped UNION ALL "
        "SELECT rank, reason FROM gone) JOIN sources USING (rank) GROUP BY ALL ORDER BY ALL"
    ).fetchall():
        dropped[source][reason] = count
    counts = store.execute(
        "SELECT source, coalesce(sum(times), 0)::BIGINT, count(cid) FILTER (dropped IS NOT TRUE), "
        "coalesce(any_value(owned.n), 0) FROM sources LEFT JOIN held USING (rank) LEFT JOIN owned USING (rank) "
        "GROUP BY source"
    ).fetchall()
    pins = _pins(store)
    nothing = sha256(b"[]").hexdigest()
    return {
        source: Stock(available, rejected[source], distinct, distinct - own, dropped[source], pins.get(source, nothing))
        for source, available, distinct, own in counts
    }


def _pins(store: Any) -> dict[str, str]:
    """Of each source `hashing.digest` of the list of its sorted content ids, without holding the list."""
    reader = store.sql(
        "SELECT source, lower(hex(cid)) FROM held JOIN sources USING (rank) WHERE dropped IS NOT TRUE "
        "ORDER BY rank, cid"
    ).to_arrow_reader(BATCH)
    return {source: _listed(cid for _, cid in ids)[1] for source, ids in groupby(_records(reader), itemgetter(0))}


def _listed(cids: Iterable[str], start: str = "[", end: str = "]") -> tuple[int, str]:
    """The number of content ids, and the sha256 hex digest of them as a JSON list between `start` and `end`."""
    hasher = sha256(start.encode())
    count = 0
    for cid in cids:
        hasher.update(f'{"," if count else ""}"{cid}"'.encode())
        count += 1
    hasher.update(end.encode())
    return count, hasher.hexdigest()


def length_unit(mixture: Mixture) -> str:
    """Return what the lengths of a mixture's rows are told in."""
    return "tokens" if mixture.tokenizer else "characters"


def _unit(mixture: Mixture) -> str:
    return "1" if mixture.unit == "examples" else mixture.unit


def _have(store: Any, mixture: Mixture) -> dict[str, int]:
    return dict(
        store.execute(
            f"SELECT source, coalesce(sum({_unit(mixture)}) FILTER (cid IS NOT NULL), 0)::BIGINT "
            "FROM sources LEFT JOIN own USING (rank) GROUP BY source"
        ).fetchall()
    )


def _pick(store: Any, mixture: Mixture, source: str, quota: int) -> None:
    """Append to `picks` the rows of one source in keyed order, while each brings it nearer to its quota.

    Past the last row, whole passes begin again in the same order, with the next epoch. `before` and `after` are what
    is taken without and with a row, so that nearer means after - quota <= quota - before.
    """
    store.execute(
        f"CREATE TABLE IF NOT EXISTS picks (rank INTEGER, source VARCHAR, cid BLOB, epoch INTEGER, place BIGINT, "
        f"{', '.join(f'{name} BIGINT' for name in Lengths._fields)})"
    )
    store.execute(
        f"CREATE OR REPLACE TEMP TABLE keyed AS SELECT rank, source, cid, place, {LENGTHS}, {_unit(mixture)} AS size, "
        "(sum(size) OVER (ORDER BY left(sha256(concat_ws(chr(31), ?, ?, source, lower(hex(cid)))), 16), cid "
        "ROWS UNBOUNDED PRECEDING))::BIGINT AS after FROM own JOIN sources USING (rank) WHERE source = ?",
        [SELECTION, str(mixture.seed), source],
    )
    ((whole,),) = store.execute("SELECT coalesce(max(after), 0) FROM keyed").fetchall()
    passes = -(-quota // whole) if whole else 0
    store.execute(
        f"INSERT INTO picks SELECT rank, source, cid, epoch, place, {LENGTHS} FROM keyed, range(?) AS passes(epoch) "
        "WHERE 2 * (epoch * ? + after) - size <= 2 * ?",
        [passes, whole, quota],
    )


def _order(store: Any, mixture: Mixture, folder: Path) -> None:
    """`chosen`: the picks in training order, and the two files."""
    store.execute(
        "CREATE TABLE chosen AS SELECT *, row_number() OVER (ORDER BY left(sha256(concat_ws(chr(31), ?, ?, source, "
        "lower(hex(cid)), epoch::VARCHAR)), 16), source, cid, epoch) - 1 AS position FROM picks",
        [ORDER, str(mixture.order_seed())],
    )
    _copy(store, "SELECT position, source, cid, epoch FROM chosen ORDER BY position", folder / CHOSEN)
    _copy(
        store,
        f"SELECT place // {STRIDE} AS piece, place % {STRIDE} AS row, position, cid FROM chosen ORDER BY ALL",
        folder / WANTED,
    )


def quoted(path: object) -> str:
    """Return a path as a string of SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def _copy(store: Any, query: str, path: Path) -> None:
    store.execute(f"COPY ({query}) TO {quoted(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000)")


def _identify(store: Any) -> tuple[int, str]:
    """How many rows there are, and the mixture id as `select.identify` has it."""
    reader = store.sql("SELECT lower(hex(cid)) FROM chosen ORDER BY position").to_arrow_reader(BATCH)
    count, found = _listed((cid for (cid,) in _records(reader)), f'["{RENDER_FORMAT}",[', "]]")
    return count, found[:16]


def _taken(store: Any, mixture: Mixture) -> dict[str, Taken]:
    """What was taken of every source, by band of the unit that lengths are told in."""
    unit = length_unit(mixture)
    limits = BOUNDS[unit]
    band = " + ".join(f"({unit} > {limit})::INTEGER" for limit in limits)
    sums = ", ".join(f"sum({name})::BIGINT" for name in Lengths._fields)
    bands: dict[str, list[Band]] = {source: [] for source in mixture.ranking()}
    for source, number, examples, *lengths in store.execute(
        f"SELECT source, {band} AS band, count(*), {sums} FROM picks GROUP BY ALL ORDER BY source, band"
    ).fetchall():
        bands[source].append(Band(labels(limits)[number], examples, Lengths(*lengths)))
    repeats = dict(store.execute("SELECT source, max(epoch) + 1 FROM picks GROUP BY source").fetchall())
    return {source: Taken(tuple(found), repeats.get(source, 0)) for source, found in bands.items()}


def _same_prompt(store: Any) -> SamePrompt:
    counts = "SELECT count(*) AS n FROM own WHERE prompt IS NOT NULL GROUP BY prompt HAVING n > 1"
    ((prompts, rows),) = store.execute(f"SELECT count(*), coalesce(sum(n), 0)::BIGINT FROM ({counts})").fetchall()
    return SamePrompt(prompts, rows)


def _list_drops(store: Any, folder: Path) -> int:
    reader = store.sql(
        "SELECT source, lower(hex(cid)) AS id, reason, dropped, facts, kept FROM (SELECT rank, cid, reason, dropped, "
        "facts, NULL AS kept FROM held WHERE reason IS NOT NULL UNION ALL SELECT rank, cid, reason, true, NULL, kept "
        "FROM gone) JOIN sources USING (rank) ORDER BY source, id, reason"
    ).to_arrow_reader(BATCH)
    count = 0
    with (folder / DROPS).open("w", encoding="utf-8", newline="\n") as file:
        for source, cid, reason, dropped, facts, kept in _records(reader):
            told = json.loads(facts) if facts else {} if kept is None else {"kept": kept}
            record = {"source": source, "content_id": cid, "reason": reason, "dropped": dropped, **told}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            count += 1
    return count
