"""The functions that our task declarations name: documents, prompts, and metrics for lm-evaluation-harness."""

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from medlong.catalog import RUN_FILE, unknown
from medlong.errors import ConfigError
from medlong.exam import banks, prompts
from medlong.exam.arms import Arm, parse
from medlong.exam.ranks import in_hands, processes
from medlong.exam.sitting import ANSWER_TOKENS, Sheet, Sitting, prefix_digest, sitting
from medlong.exam.tokens import MOST, Window, counter_for, window_for
from medlong.scoring.answers import best_option, lenient_letter, strict_letter

log = logging.getLogger("medlong")

SETTINGS = (
    *("medlong_answer_tokens", "medlong_bank", "medlong_items", "medlong_kinds", "medlong_seed"),
    "medlong_tokenizer",
)
"""What a user may set by --metadata."""

Doc = Mapping[str, Any]

_PREFIXES: dict[str, str] = {}
"""Texts before the question by their hash: documents carry the hash, so results do not store a book twice."""


def load(*, arm: str, scoring: str, bank: str = "formulary", **metadata: Any) -> dict[str, Any]:
    """Return the documents of one task as lm_eval's `custom_dataset` wants them.

    Args:
        arm: `closed`, `oracle`, a length such as `008k`, or a variant's arm such as `absent_008k`.
        scoring: One of `generate`, `letter`, `cloze`.
        bank: Name of the bank; `own` for the one in the folder that `medlong_bank` names.
        metadata: The model's arguments and the user's `--metadata`. Read are the keys that
            name tokenizer, chat template arguments and window, and those of `SETTINGS`.

    Raises:
        ConfigError: If a name or a number is not what it should be.
    """
    from datasets import Dataset

    _refuse_unknown(metadata)
    for key, name in (("arm", arm), ("scoring", scoring), ("bank", bank)):
        if not isinstance(name, str):
            raise ConfigError(f"{key}: expected a name, got {name!r}")
    seed = _number(metadata, "medlong_seed", 0, least=0)
    answer_tokens = _number(metadata, "medlong_answer_tokens", ANSWER_TOKENS, least=1)
    asked = parse(arm)
    sat = sitting(banks.source(bank, metadata), counter_for(metadata), seed, answer_tokens).of(asked.variant)
    sheets = _of_kinds(sat.sheets(asked.base), metadata.get("medlong_kinds"))
    sheets = _askable(sheets[: _number(metadata, "medlong_items", len(sheets), least=1)], sat, arm, scoring)
    sheets = in_hands(sheets, lambda sheet: sheet.book, processes())
    window = window_for(metadata)
    run_id = run_id_of(metadata)
    docs = [_doc(sat, sheet, asked, scoring, window, run_id) for sheet in sheets]
    over = sum(doc["overlength"] for doc in docs)
    if over:
        limit = f"the model's window of {window.tokens} tokens ({window.source})" if window else "the arm's length"
        log.warning(
            "medlong: %s %s: %d of %d items are longer than %s; they score overlength = 1 and `medlong compare` "
            "leaves them out",
            scoring, arm, over, len(docs), limit,
        )  # fmt: skip
    return {"test": Dataset.from_list(docs)}


def doc_to_text(doc: Doc) -> str:
    """Return the whole prompt of a document."""
    several = _several(doc)
    question = prompts.tail(doc["scoring"], doc["question"], doc["options"], doc["language"], several=several)
    return _PREFIXES[doc["book_hash"]] + question


def letters(doc: Doc) -> list[str]:
    """Return the letters of a document's options."""
    return list(prompts.LETTERS[: len(doc["options"])])


def options(doc: Doc) -> list[str]:
    """Return the texts of a document's options."""
    return list(doc["options"])


def strict(resps: Sequence[Sequence[str]], docs: Sequence[Doc]) -> list[str]:
    """Filter: the letter of the last `Answer: X`, or an empty text."""
    return [
        strict_letter(resp[0], doc["options"], several=_several(doc)) or ""
        for resp, doc in zip(resps, docs, strict=True)
    ]


def lenient(resps: Sequence[Sequence[str]], docs: Sequence[Doc]) -> list[str]:
    """Filter: the letter a reader would take from the completion, or an empty text."""
    return [
        lenient_letter(resp[0], doc["options"], several=_several(doc)) or ""
        for resp, doc in zip(resps, docs, strict=True)
    ]


def process_results(doc: Doc, results: Sequence[Any]) -> dict[str, float]:
    """Return every metric of one document, whatever the scoring: `acc`, `no_answer`, `overlength`.

    A document of the variant `conflict` has `own_knowledge` too: whether what is true was
    answered, where `acc` says whether what the pages say was.
    """
    if doc["scoring"] == "generate":
        chosen = results[0]
    else:
        cloze = doc["scoring"] == "cloze"
        lengths = [len(option) if cloze else 1 for option in doc["options"]]
        chosen = prompts.LETTERS[best_option([result[0] for result in results], lengths)]
    metrics = {
        "acc": float(chosen == doc["letter"]),
        "no_answer": float(not chosen),
        "overlength": float(doc["overlength"]),
    }
    if "true_index" in doc:
        metrics["own_knowledge"] = float(chosen == prompts.LETTERS[doc["true_index"]])
    return metrics


def run_id_of(metadata: Mapping[str, Any]) -> str:
    """Return the id of the training run that made the evaluated checkpoint, or an empty text.

    `medlong_run.json` is looked for in the adapter's or checkpoint's folder and in the one above.
    """
    for key in ("peft", "lora_local_path", "pretrained"):
        name = metadata.get(key)
        if not isinstance(name, str) or not banks.is_folder(name):
            continue
        for folder in (Path(name), Path(name).resolve().parent):
            record = folder / RUN_FILE
            if record.is_file():
                return _run_id(record)
    return ""


def _run_id(record: Path) -> str:
    try:
        return str(json.loads(record.read_text(encoding="utf-8"))["run_id"])
    except (ValueError, KeyError, TypeError):
        raise ConfigError(f"{record}: not a run record: expected JSON with the key 'run_id'") from None


def _refuse_unknown(metadata: Mapping[str, Any]) -> None:
    for key in metadata:
        if key.startswith("medlong_") and key not in SETTINGS:
            raise ConfigError(f"--metadata: {unknown('setting', key, SETTINGS)}")


def _number(metadata: Mapping[str, Any], key: str, default: int, *, least: int) -> int:
    value = metadata.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ConfigError(f"--metadata: {key}: expected a whole number of at least {least}, got {value!r}")
    if value > MOST:
        raise ConfigError(f"--metadata: {key}: expected a whole number of at most {MOST}")
    return value


def _of_kinds(sheets: Sequence[Sheet], kinds: object) -> Sequence[Sheet]:
    """Return the sheets whose items are of the kinds named, in their order; all of them where none is named.

    Raises:
        ConfigError: If one is not the name of a kind in this bank.
    """
    if kinds is None:
        return sheets
    names = kinds.split(",") if isinstance(kinds, str) else kinds
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise ConfigError(f"--metadata: medlong_kinds: expected names of kinds joined by commas, got {kinds!r}")
    wanted = {name.strip() for name in names}
    known = {sheet.seat.item.kind for sheet in sheets}
    for name in sorted(wanted - known):
        raise ConfigError(f"--metadata: medlong_kinds: {unknown('kind', name, known)}")
    return [sheet for sheet in sheets if sheet.seat.item.kind in wanted]


def _several(doc: Doc) -> bool:
    return len(doc["letter"]) > 1


def _askable(sheets: Sequence[Sheet], sat: Sitting, arm: str, scoring: str) -> list[Sheet]:
    """Return the sheets less those that a scoring cannot ask: taking the one likeliest option finds no set of them.

    They are left out of `letter` and `cloze`, and the log says how many, so that nobody reads a score of items
    that could not be scored.

    Raises:
        ConfigError: If none is left.
    """
    asked = [sheet for sheet in sheets if scoring == "generate" or not sheet.seat.item.also]
    out = f"{len(sheets) - len(asked)} of {len(sheets)} items"
    why = f"they have several right options, which {scoring} scoring cannot find; generate scoring asks them"
    if sheets and not asked:
        raise ConfigError(f"bank {sat.bank.name}: {out} left out: {why}")
    if len(asked) < len(sheets):
        log.warning("medlong: %s %s: %s are left out: %s", scoring, arm, out, why)
    return asked


def _doc(sat: Sitting, sheet: Sheet, arm: Arm, scoring: str, window: Window | None, run_id: str) -> dict[str, Any]:
    if scoring not in prompts.SCORINGS:
        raise ConfigError(f"no scoring named {scoring!r}; known: {', '.join(prompts.SCORINGS)}")
    item = sheet.seat.item
    digest = prefix_digest(sheet.prefix)
    _PREFIXES[digest] = sheet.prefix
    before = sat.counter.overhead + sheet.prefix_tokens
    need = before + sat.need(scoring, item)
    doc = {
        "id": item.id,
        "kind": item.kind,
        "arm": arm.name,
        "length": arm.length,
        "scoring": scoring,
        "bank": sat.bank.name,
        "bank_version": sat.bank.version,
        "language": sat.bank.language,
        "seed": sat.seed,
        "tokenizer": sat.counter.name,
        "book": sheet.book,
        "book_hash": digest,
        "depth": round(sheet.depth, 4),
        "depth_fifth": sheet.seat.fifth,
        "n_tokens": before + sat.tails[scoring, item.id],
        "window": window.tokens if window else 0,
        "overlength": int(bool(window and need > window.tokens) or bool(arm.length and need > arm.length)),
        "question": item.question,
        "options": list(sheet.seat.options),
        "answer_index": sheet.seat.answer_index,
        "letter": "".join(prompts.LETTERS[place] for place in sheet.seat.right_places),
        "run_id": run_id,
    }
    if arm.variant == "conflict":
        doc["true_index"] = sheet.seat.options.index(item.false_answer)  # true and false have changed places
    return doc
