"""The stable column names of a comparison: what every number is called, its type and its unit."""

from typing import Literal, NamedTuple


class Column(NamedTuple):
    """One column of the CSV, of the data frames and of `--columns`."""

    name: str
    type: Literal["string", "integer", "number"]
    unit: str
    """What it counts; a share is a fraction of 1. Empty for names and ids."""
    meaning: str


def _estimate(name: str, meaning: str, interval: str = "lower end of its 95 % interval") -> tuple[Column, ...]:
    """A value, its error and the ends of its interval."""
    return (
        Column(name, "number", "share", meaning),
        Column(f"{name}_se", "number", "share", "its standard error"),
        Column(f"{name}_low", "number", "share", interval),
        Column(f"{name}_high", "number", "share", "upper end"),
    )


COLUMNS = (
    Column("family", "string", "", "name of the task without its arm"),
    Column("scoring", "string", "", "generate, letter or cloze"),
    Column("bank", "string", "", "bank of the items"),
    Column("bank_version", "string", "", "its version"),
    Column("base", "string", "", "name of the row compared with"),
    Column("run", "string", "", "name of this row"),
    Column("is_base", "integer", "0 or 1", "1 for the row compared with, else 0"),
    Column("run_id", "string", "", "from `medlong_run.json`; empty for an untrained model"),
    Column("model", "string", "", "the base model of a run; the untrained model itself"),
    Column("seed", "integer", "", "training seed"),
    Column("mixture", "string", "", "name of the mixture"),
    Column("mixture_id", "string", "", "its id"),
    Column("general_share", "number", "share", "realised share of the general component"),
    Column("medical_share", "number", "share", "realised share of the medical component"),
    Column("other_shares", "string", "", "all other components, `name=share` joined by `;`"),
    Column("total", "integer", "see unit", "size of the mixture"),
    Column("unit", "string", "", "what shares and total count: examples, tokens or trainable_tokens"),
    Column("arm", "string", "", "closed, oracle, a length such as 008k, or another arm"),
    Column("length", "integer", "tokens", "tokens of the whole prompt that the arm aims at; 0 without a book"),
    Column("n_items", "integer", "items", "items asked"),
    Column("n_overlength", "integer", "items", "of these, longer than the model's window: not counted"),
    Column("n_no_answer", "integer", "items", "of the counted, without a readable answer"),
    Column("n_counted", "integer", "items", "items that entered the accuracy"),
    Column("n_clusters", "integer", "clusters", "books, or items where there is no book"),
    Column("accuracy", "number", "share", "share right"),
    Column("accuracy_se", "number", "share", "its clustered standard error"),
    Column("accuracy_low", "number", "share", "lower end of its 95 % interval"),
    Column("accuracy_high", "number", "share", "upper end"),
    Column("wilson_low", "number", "share", "lower end of the Wilson interval"),
    Column("wilson_high", "number", "share", "upper end"),
    Column("difference_n", "integer", "items", "items compared with the base"),
    Column("difference_clusters", "integer", "clusters", "books of these"),
    Column("difference", "number", "share", "accuracy of this row minus that of the base on these items"),
    Column("difference_se", "number", "share", "its clustered standard error"),
    Column("difference_low", "number", "share", "lower end of its 95 % interval"),
    Column("difference_high", "number", "share", "upper end"),
    Column("net_n", "integer", "items", "items that entered D(L)"),
    Column("net_clusters", "integer", "clusters", "books of these"),
    Column("net", "number", "share", "D(L)"),
    Column("net_se", "number", "share", "its clustered standard error"),
    Column("net_low", "number", "share", "lower end of its 95 % interval"),
    Column("net_high", "number", "share", "upper end"),
    *_estimate("own_knowledge", "in a conflict arm: share answered with what is true, against the pages"),
    Column("difference_p", "number", "probability", "two-sided p of the difference, by sign flips of books"),
    Column("difference_p_holm", "number", "probability", "the same after Holm's correction over the model's arms"),
    Column("net_p", "number", "probability", "two-sided p of D(L), by sign flips of books"),
    Column("net_p_holm", "number", "probability", "the same after Holm's correction over the model's arms"),
    *_estimate("gain", "context gain: open book at this length minus closed book"),
    *_estimate("retention", "(open - closed) / (oracle - closed) at this length", "lower end by bootstrap over books"),
    Column("effective_length", "integer", "tokens", "longest length up to which the score is at least 85 % of oracle"),
    Column("effective_low", "integer", "tokens", "lower end of its bootstrap interval; 0 stands for no length"),
    Column("effective_high", "integer", "tokens", "upper end"),
    Column("treatment", "string", "", "the mixture with all its training seeds that the following columns speak of"),
    Column("treatment_seeds", "integer", "runs", "training seeds of it"),
    *_estimate("treatment_difference", "mean over its seeds minus the base in this arm"),
    *_estimate("treatment_net", "D(L) of the same"),
    *_estimate("knowledge", "its gain over the base in the tasks of `knowledge_tasks`"),
    *_estimate("long_context", "its mean D(L) over the lengths that the base reads"),
    *_estimate("balance", "the smaller of knowledge and long_context"),
    Column("p_pareto", "number", "probability", "that no other mixture is better in both, by bootstrap"),
    Column("seed_sd", "number", "share", "standard deviation of balance between seeds of one mixture, pooled"),
    Column("verdict", "string", "", "of the whole table: best, tied, equivalent, insufficient or not comparable"),
    Column("in_verdict", "integer", "0 or 1", "1 where the verdict names this mixture"),
    Column(
        "knowledge_tasks",
        "string",
        "",
        "joined by `;`: those of `--knowledge`, else the closed book, else (where there is none) oracle",
    ),
)
"""In the order of the CSV; later versions only add columns, at the end."""

NAMES = tuple(column.name for column in COLUMNS)


def markdown() -> str:
    """Return the columns as the Markdown table of docs/compare.md."""
    lines = [f"| `{name}` | {kind} | {unit} | {meaning} |" for name, kind, unit, meaning in COLUMNS]
    return "\n".join(["| Column | Type | Unit | Meaning |", "| --- | --- | --- | --- |", *lines]) + "\n"
