"""The data card of a built mixture: README.md as the Hugging Face hub reads it, from manifest and rows alone."""

import json
import re
from collections import Counter
from itertools import islice
from pathlib import Path

import yaml

from medlong.mixing.licences import licence, summary, warnings
from medlong.mixing.manifest import Built, Manifest, load
from medlong.mixing.show import Table, composition, length_table, remarks
from medlong.visible import visible

CARD = "README.md"
SAMPLE = 1000
"""Rows from the beginning that the language is told from; their order is a hash's, so they are a fair sample."""

ENGLISH = frozenset(
    ["the", "of", "and", "to", "in", "is", "a", "that", "for", "with", "as", "are", "be", "what", "how", "you", "it"]
)
LEAST_ENGLISH, LEAST_CHINESE = 0.1, 0.05
"""A language is named when this much of the words, or of the letters, speaks for it."""

LIMITATIONS = """\
- The rows are what their sources hold. medlong chose and counted them; nobody checked what they say.
- Medical rows are for training and study of language models. They are no advice for the care of a patient.
- A row that two sources have exactly alike is there once. Rows that are nearly alike may both be there.
- `language` above, where it is there, is told from common words of the first rows, not from what the sources say."""


def write(folder: Path) -> None:
    """Write the card of the mixture in `folder`, whose manifest and rows are there already."""
    (folder / CARD).write_text(render(load(folder)), encoding="utf-8", newline="\n")


def render(built: Built) -> str:
    """Return the card; it depends on the mixture's manifest and rows alone."""
    manifest = built.manifest
    front = yaml.safe_dump(_front(built), sort_keys=False, allow_unicode=True)
    warned = "".join(f"- **{_cell(sentence)}**\n" for sentence in warnings(manifest.licences()))
    return f"""---
{front}---

# {manifest.name}

{manifest.examples():,} conversations for fine-tuning, mixed by medlong
from {len(manifest.sources)} source{_s(manifest)} in exact shares. Mixture id `{manifest.mixture_id}`.

## Composition

{_markdown(composition(manifest))}

{_unit(manifest)}; a component's line adds up those of its sources.

{_remarks(manifest)}{_lengths(manifest)}## Sources

{_markdown(_sources(manifest))}

## Licences

Each row keeps the licence of its source; `{manifest.index}` names the source of every row.
Together: {_cell(", ".join(summary(manifest.licences()).union))}.

{_non_commercial(manifest)}
{warned}
{_choice(manifest)}
## Files

| file | what it is | sha256 |
|---|---|---|
| `{manifest.file}` | one conversation a line, format `{manifest.render_format}` | `{manifest.file_sha256}` |
| `{manifest.index}` | for the same line: source, content id, component, epoch | `{manifest.index_sha256}` |
| `manifest.json` | all counts and hashes | |
{_other_files(manifest)}
## How to build it again

```sh
medlong mix build <mixture file>     # what it says has sha256 {manifest.spec_sha256}
medlong mix diff <this folder> build/{manifest.mixture_id}
```

The same mixture file and sources give the same bytes on any machine.

## Limitations

{LIMITATIONS}
"""


def _s(manifest: Manifest) -> str:
    return "" if len(manifest.sources) == 1 else "s"


def _choice(manifest: Manifest) -> str:
    near = f"\n- A source's quota of {manifest.noun()} ends with the row that comes nearest, at most half a row away."
    nearest = "" if manifest.unit == "examples" else near
    return f"""## How rows were chosen

- Shares became whole numbers by Webster's method, which never takes a row away when the total grows.
- Within a source, rows were taken in the order of a hash of seed ({manifest.seed}), source and text, so the
  choice depends on no order of files or rows, and identical rows count once.{nearest}
- A row that several sources have belongs to one of them, the first in the file or by the `priority` that is typed
  there; the others' loss is under `duplicates elsewhere`.
- `max repeats` over 1 means that rows were used again; `{manifest.index}` gives each row's pass as `epoch`.
- The order of the file is a second hash of the seed.
"""


def _unit(manifest: Manifest) -> str:
    if manifest.unit == "examples":
        return "Counts are of rows (`share` is of examples)"
    return (
        f"`share`, `quota`, `realised` and `of all` are of {manifest.noun()}, by the tokenizer and chat template "
        "of the model to be trained; other counts are of rows"
    )


def _remarks(manifest: Manifest) -> str:
    return "".join(f"{_cell(sentence)}.\n\n" for sentence in remarks(manifest))


def _lengths(manifest: Manifest) -> str:
    table = length_table(manifest)
    return f"## Lengths\n\n{_markdown(table)}\n\n" if table else ""


def _other_files(manifest: Manifest) -> str:
    files = (
        (manifest.parquet, f"the rows of `{manifest.file}` as Parquet", manifest.parquet_sha256),
        (manifest.drops, "rows that were left out or reported, each with its reason", manifest.drops_sha256),
        (manifest.rejects, "bad rows, each with its fault", manifest.rejects_sha256),
    )
    return "".join(f"| `{name}` | {what} | `{sha256}` |\n" for name, what, sha256 in files if name)


def _front(built: Built) -> dict[str, object]:
    """The hub's metadata; without `configs` it would take the index for rows as well."""
    manifest = built.manifest
    names = sorted({licence(text).hub for text in manifest.licences()})
    front: dict[str, object] = {"pretty_name": manifest.name}
    if names:
        front["license"] = names[0] if len(names) == 1 else names
    if found := languages(built.folder / manifest.file):
        front["language"] = found
    return front | {
        "size_categories": [size_category(manifest.examples())],
        "task_categories": ["text-generation"],
        "configs": [{"config_name": "default", "data_files": [{"split": "train", "path": manifest.file}]}],
    }


def size_category(total: int) -> str:
    """Return the hub's name for how large a data set of `total` rows is."""
    bounds = [(10**3, "1K"), (10**4, "10K"), (10**5, "100K"), (10**6, "1M"), (10**7, "10M"), (10**8, "100M")]
    bounds += [(10**9, "1B"), (10**10, "10B"), (10**11, "100B"), (10**12, "1T")]
    lower = ""
    for bound, name in bounds:
        if total < bound:
            return f"{lower}<n<{name}" if lower else f"n<{name}"
        lower = name
    return f"n>{lower}"


def languages(path: Path) -> list[str]:
    """Return which of English and Chinese the first rows of a training file are in; empty when neither is plain."""
    words: Counter[str] = Counter()
    letters = chinese = kana = 0
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in islice(file, SAMPLE):
            for turn in json.loads(line)["messages"]:
                text = turn["content"]
                letters += sum(map(str.isalpha, text))
                chinese += len(re.findall(r"[\u4e00-\u9fff]", text))
                kana += len(re.findall(r"[\u3040-\u30ff]", text))
                words.update(re.findall(r"\b[a-z]+\b", text.lower()))
    english = sum(words[word] for word in ENGLISH)
    said = [
        ("en", english > LEAST_ENGLISH * words.total()),
        ("zh", chinese > LEAST_CHINESE * letters and kana < LEAST_CHINESE * chinese),
    ]
    return [name for name, holds in said if holds]


def _sources(manifest: Manifest) -> Table:
    lines: list[tuple[str, ...]] = [
        (name, facts.about, facts.licence, facts.revision, facts.format, facts.sha256[:12])
        for name, facts in manifest.sources.items()
    ]
    return Table(("source", "what it is", "licence", "revision", "format", "content sha256"), lines, n_text=6)


def _non_commercial(manifest: Manifest) -> str:
    barred = [text for text in manifest.licences() if licence(text).non_commercial]
    if not barred:
        return "No licence here is known to forbid commercial use.\n"
    rows = sum(use.taken for _, source, use in manifest.uses() if manifest.sources[source].licence in barred)
    names = _cell(", ".join(summary(barred).union))
    return f"**Not for commercial use: {rows:,} of {manifest.examples():,} rows are under {names}.**\n"


def _markdown(table: Table) -> str:
    rule = ["---" if index < table.n_text else "---:" for index in range(len(table.headers))]
    lines = [table.headers, tuple(rule), *(tuple(map(_cell, line)) for line in table.lines)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    """Return text that is one cell of a table and no mark-up."""
    plain = " ".join(visible(text).split())
    return re.sub(r"([\\`*_\[\]|#])", r"\\\1", plain.replace("&", "&amp;").replace("<", "&lt;"))
