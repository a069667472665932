"""What the terminal and the page say alike: the facts about a prompt, headings of pages, options."""

from collections.abc import Iterator
from typing import NamedTuple

from medlong.exam.prompts import LETTERS
from medlong.exam.show.prompt import Leaf, Shown
from medlong.visible import visible as visible

OPENING = 60
"""Characters of a folded page that are shown."""

ROLE_NAMES = {
    "gold": "gold page",
    "near": "page of a wrong option",
    "other": "gold page of another question",
    "filler": "filler page",
}

SHORT_NAMES = {"gold": "gold", "near": "wrong option", "other": "another's gold", "filler": "filler"}


class Option(NamedTuple):
    """One option as the item's letters name it."""

    letter: str
    text: str
    right: bool
    note: str
    """Why it is marked, empty for an option that is not."""


def facts(shown: Shown) -> Iterator[tuple[str, str]]:
    """Yield what is to be known of a prompt, as labels and values."""
    doc = shown.doc
    length = f", {doc['length']:,} tokens" if doc["length"] else ""
    yield "bank", f"{doc['bank']} {doc['bank_version']} ({doc['language']}), seed {doc['seed']}"
    yield "arm", f"{doc['arm']}{length}; scoring {doc['scoring']}"
    yield "tokenizer", doc["tokenizer"]
    yield "item", f"{doc['id']} (number {shown.number} of 0 to {shown.n_items - 1}), kind {doc['kind']}"
    if doc["book"]:
        yield "book", f"{doc['book']}, {len(shown.leaves)} pages, asked {shown.asked} of the items; hash:"
    else:
        yield "book", f"none shared; {len(shown.leaves)} pages in the prompt; hash:"
    yield "", doc["book_hash"]
    if doc["depth"] >= 0:
        yield "depth", f"{doc['depth']:.2f} (designed {shown.seat.depth:.2f}): 0 the book's beginning, 1 its end"
    if doc["length"] and not shown.seat.item.gold:
        yield "gold", "no page of this book answers; an option that says so is right"
    yield "right", f"{doc['letter']}. {doc['options'][doc['answer_index']]}"
    if doc["overlength"]:
        limit = f"the model's window of {doc['window']:,} tokens" if doc["window"] else "the arm's length"
        yield "OVERLENGTH", f"this prompt and its answer are longer than {limit}; it is left out of acc"


def options(shown: Shown) -> list[Option]:
    """Return the item's options, the right one known by its place."""
    doc = shown.doc
    notes = {doc["answer_index"]: "right"}
    if "true_index" in doc:
        notes = {doc["answer_index"]: "right by these pages", doc["true_index"]: "true outside them"}
    return [
        Option(LETTERS[place], text, place == doc["answer_index"], notes.get(place, ""))
        for place, text in enumerate(doc["options"])
    ]


def heading(leaf: Leaf) -> str:
    """Return the line over a page."""
    return visible(f"{ROLE_NAMES[leaf.role]} {leaf.id} (depth {leaf.depth:.2f}, {leaf.tokens:,} tokens)")


def opening(leaf: Leaf) -> str:
    """Return how a page begins, on one line."""
    line = visible(" ".join(leaf.text[: 2 * OPENING].split()))
    return line if len(line) <= OPENING else f"{line[:OPENING]}..."
