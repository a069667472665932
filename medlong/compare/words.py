"""The verdict in plain words, and what would settle an open question."""

import numpy as np

from medlong.compare.analysis import Verdict
from medlong.inference.power import Design, detectable, enough_items, enough_seeds, enough_together
from medlong.inference.seeds import Levels
from medlong.inference.verdict import MARGIN, Decision

POINTS = round(100 * MARGIN)
NEEDS_READING = (
    "items of kinds that it answers with the right page (medlong_kinds), shorter arms, more items, or a base that reads"
)


def not_comparable() -> Verdict:
    """Return the verdict where the exam lacks an arm that the balance needs."""
    text = (
        "Not comparable: the balance needs, of every model, the arms oracle and at least one length, with common "
        "items; knowledge is from --knowledge, or from closed where all have it."
    )
    return Verdict("not comparable", (), text, ("evaluate all models on the same arms: closed, oracle and lengths",))


def only_base() -> Verdict:
    """Return the verdict where no trained model sat the exam."""
    text = "Not comparable: one model sat this exam, so there are scores and nothing to choose among."
    return Verdict("not comparable", (), text, ("train on a mixture or more, and evaluate each on the same tasks",))


def only_knowledge() -> Verdict:
    """Return the verdict on an exam that was asked for knowledge alone."""
    text = "Not comparable by itself: this exam is what shows knowledge in the verdicts on the others."
    return Verdict("not comparable", (), text, ())


def nothing_read(unread: tuple[str, ...]) -> Verdict:
    """Return the verdict where the base reads nothing at any length."""
    text = (
        f"Not comparable: at {_listed(unread)} the base does no better with the book than without, so it has no "
        "long context to lose there."
    )
    return Verdict("not comparable", (), text, (NEEDS_READING,))


def too_few_seeds(names: list[str], single: tuple[str, ...]) -> Verdict:
    """Return the verdict where fewer than two mixtures have two training seeds."""
    if len(names) < 2:
        text = f"Insufficient evidence: {names[0]} is the only mixture, so there is nothing to choose among."
        return Verdict("insufficient", tuple(names), text, ("at least one more mixture, with two seeds or more each",))
    text = (
        f"Insufficient evidence: {_listed(single)} {'has' if len(single) == 1 else 'have'} one training seed, so any "
        "difference is between this checkpoint and that one, not between mixtures."
    )
    return Verdict("insufficient", tuple(names), text, ("at least 2 training seeds per mixture, better 3 or more",))


def worded(decision: Decision, names: list[str], own: Levels, plan: Design, single: tuple[str, ...]) -> Verdict:
    """Return a decision on mixtures with several seeds as a verdict.

    Args:
        decision: With indices into `names`.
        names: Of the mixtures decided on.
        own: Their means.
        plan: The study as it was, for what it would have taken.
        single: Mixtures left out, because they have one seed.
    """
    members = tuple(names[t] for t in decision.members)
    text = _text(decision, names, own, plan)
    if single:
        text += f" Left out, with one training seed: {_listed(single)}."
    open_question = decision.kind in ("tied", "insufficient")
    return Verdict(decision.kind, members, text, _needs(plan) if open_question else ())


def _text(decision: Decision, names: list[str], own: Levels, plan: Design) -> str:
    members = [names[t] for t in decision.members]
    worse = [names[t] for t in decision.worse]
    top, balance = members[0], own.means.min(axis=0)
    score = f"balance {100 * balance[decision.members[0]]:+.1f} points over the base"
    level = f"(Holm over {len(names) * (len(names) - 1) // 2} pairs, 5 %)"
    if decision.kind == "best":
        return f"Best: {top}, {score}; it is above {_listed(worse)} {level}."
    beyond = f" Shown to be worse {level}: {_listed(worse)}." if worse else ""
    if decision.kind == "equivalent":
        return f"Equivalent within {POINTS} points: {_listed(members)}; highest is {top}, {score}.{beyond}"
    if decision.kind == "tied":
        return f"Tied: {_listed(members)} cannot be told apart; highest is {top}, {score}.{beyond}"
    seen = detectable(plan)
    size = f"about {100 * seen:.1f} points" if np.isfinite(seen) else "no difference"
    return (
        f"Insufficient evidence: {_listed(members)} cannot be told apart, nor shown to be within {POINTS} points of "
        f"each other; with {plan.seeds} seeds each, this study sees {size} with a power of 80 %."
    )


def _needs(plan: Design) -> tuple[str, ...]:
    """What would see a difference of the margin with a power of 80 %; each line is enough by itself."""
    lines = []
    seeds, items = enough_seeds(plan, MARGIN), enough_items(plan, MARGIN)
    goal = f"would tell {POINTS} points apart with a power of 80 %"
    if seeds is not None and seeds > plan.seeds:
        lines.append(f"about {seeds} seeds per mixture (now {plan.seeds}), on the same items, {goal}")
    if items is not None and items[0] > plan.items:
        now = f"now {plan.items:.0f} on {plan.books:.0f}"
        lines.append(f"about {items[0]} items on {items[1]} books ({now}), with the same seeds, {goal}")
    if lines:
        return tuple(lines)
    if enough_seeds(plan, MARGIN) is not None:
        return (f"the study could tell {POINTS} points apart: what is left is likely smaller; decide on other grounds",)
    both = enough_together(plan, MARGIN)
    if both is None:
        return ("more than 50 seeds per mixture and 64 times the items: compare fewer mixtures",)
    what = f"about {both.seeds} seeds per mixture and {both.items:.0f} items on {both.books:.0f} books together"
    return (f"{what}, {goal}",)


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
