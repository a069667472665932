"""Write every leaf task and group under lm_eval_tasks/ from one table; `--check` fails when a file is stale.

python tools/render_tasks.py [--check]
"""

import sys
from itertools import product
from pathlib import Path
from typing import NamedTuple

from medlong.exam.prompts import SCORINGS
from medlong.exam.sitting import CONTROL_ARMS, LENGTH_ARMS

ROOT = Path(__file__).resolve().parent.parent / "lm_eval_tasks"


class Family(NamedTuple):
    """One folder of tasks: a bank, and the arms it is asked in."""

    bank: str
    shortest: int
    """Tokens of the shortest book."""

    floor: str
    """What answering without a book comes to."""

    tagged: bool
    """Whether the tags of all families hold it: only where nothing has to be imported first."""

    @property
    def lengths(self) -> tuple[str, ...]:
        """Its arms with a book."""
        return tuple(arm for arm, length in LENGTH_ARMS.items() if length >= self.shortest)


FAMILIES = {
    "openbook": Family("formulary", 1024, "which an exam of invented drugs puts at chance", tagged=True),
    "textbook": Family("textbook", 8192, "what the model knows of the subject", tagged=False),
    "pubmedqa": Family("pubmedqa", 1024, "what the model knows or guesses", tagged=False),
    "bank": Family("own", 1024, "what the model knows or guesses", tagged=False),
}

WHAT = {
    "oracle": "the gold pages alone: the ceiling",
    **{arm: f"a book that fills {length:,} tokens, prompt and answer together" for arm, length in LENGTH_ARMS.items()},
}


def leaf(family: str, scoring: str, arm: str) -> tuple[str, str]:
    """Return file name and text of one leaf task."""
    name = f"{group_name(family, scoring)}_{arm}"
    made = FAMILIES[family]
    what = WHAT.get(arm) or f"no book: the floor, {made.floor}"
    text = (
        f"# {family} exam, {scoring} scoring, {what}.\n"
        f"include: ../_shared/_{scoring}.yaml\n"
        f"task: {name}\n"
        + (f"tag: [medlong_{arm}]\n" if made.tagged else "")
        + f"dataset_kwargs: {{arm: {arm}, scoring: {scoring}, bank: {made.bank}}}\n"
    )
    return f"{name}.yaml", text


def group(family: str, scoring: str, suffix: str, arms: tuple[str, ...]) -> tuple[str, str]:
    """Return file name and text of one group."""
    name = group_name(family, scoring)
    filters = ", filter_list: [strict, lenient]" if scoring == "generate" else ""
    metrics = "".join(
        f"  - {{metric: {metric}, aggregation: mean, weight_by_size: false{filters}}}\n"
        for metric in ("acc", "no_answer", "overlength")
    )
    text = (
        f"# {family} exam, {scoring} scoring: the {'controls' if suffix else 'lengths'}, and their plain mean.\n"
        f"group: {name}{suffix}\n"
        f"task: [{', '.join(f'{name}_{arm}' for arm in arms)}]\n"
        f"aggregate_metric_list:\n{metrics}"
        "metadata: {version: 1.0}\n"
    )
    return f"{name}{suffix}.yaml", text


def group_name(family: str, scoring: str) -> str:
    """Return the name of a family's group: generate is the plain one."""
    return f"medlong_{family}" if scoring == "generate" else f"medlong_{family}_{scoring}"


def rendered() -> dict[Path, str]:
    """Return every rendered file and its text."""
    files = {}
    for (family, row), scoring in product(FAMILIES.items(), SCORINGS):
        made = [leaf(family, scoring, arm) for arm in (*CONTROL_ARMS, *row.lengths)]
        made.append(group(family, scoring, "", row.lengths))
        made.append(group(family, scoring, "_controls", CONTROL_ARMS))
        files.update({ROOT / family / name: text for name, text in made})
    return files


def main(argv: list[str]) -> int:
    """Write the files, or with `--check` compare them; return 1 when any is stale."""
    files = rendered()
    strays = [path for path in ROOT.rglob("medlong_*.yaml") if path not in files]
    if "--check" in argv:
        stale = [path for path, text in files.items() if not path.exists() or path.read_text() != text] + strays
        for path in stale:
            print(f"stale: {path.relative_to(ROOT.parent)}; run python tools/render_tasks.py")
        return bool(stale)
    for path in strays:
        path.unlink()
    for path, text in files.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    print(f"{len(files)} files under {ROOT.name}/")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
