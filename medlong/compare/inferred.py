"""The tables of what was inferred: how open books are read, and what each mixture does over its seeds."""

import math

from medlong.compare.analysis import Analysis, Reading, Treatment
from medlong.compare.comparison import Group
from medlong.compare.measure import is_length
from medlong.compare.score_tables import row_name
from medlong.compare.sheet import NOTHING, Sheet, change, score
from medlong.compare.statistics import Interval

GAIN = "Context gain: open book minus closed book, in points ± one standard error, clustered by book."
RETENTION = (
    "(open - closed) / (oracle - closed) in percent ± one bootstrap error; – where oracle does not beat closed. "
    "Effective length: the longest in tokens at which, and at all shorter ones, the score is at least 85 % of oracle, "
    "with its 95 % bootstrap interval; 0 = none."
)
MIXTURES = (
    "Each mixture with all its training seeds, points against the base ± one standard error. Knowledge: {knowledge}. "
    "Long context: mean D(L) over the lengths that the base reads. Balance: the smaller of the two. P(Pareto): "
    "bootstrap probability that no other mixture is better in both. With one seed the error is that of one checkpoint."
)
POOLED_DIFFERENCE = "Mean over the training seeds of a mixture minus the base, in points ± one standard error."
POOLED_NET = "D(L) of each mixture, mean over its training seeds, in points ± one standard error."


def verdict(analysis: Analysis) -> list[str]:
    """Return the verdict, and what would settle an open question, as one line each."""
    found = analysis.verdict
    lines = [f"Verdict: {found.text}"]
    return lines + ([f"To settle it: {'; '.join(found.needs)}."] if found.needs else [])


def inferred_sheets(group: Group, analysis: Analysis) -> list[Sheet]:
    """Return the tables of reading and of mixtures, each where there is something to say."""
    tables = []
    readings = [(row_name(group, e), analysis.readings[e.key]) for e in group.entries if e.key in analysis.readings]
    lengths = [arm for arm in group.arms if is_length(arm)]
    if any(reading.gain for _, reading in readings):
        rows = [[name, *(change(reading.gain.get(arm)) for arm in lengths)] for name, reading in readings]
        tables.append(Sheet("Context gain", ["run", *lengths], rows, 1, GAIN))
    if lengths and readings:
        rows = [[name, *_effective(one), *(score(one.retention.get(arm)) for arm in lengths)] for name, one in readings]
        headers = ["run", "effective length", "95 % interval", *lengths]
        tables.append(Sheet("Retention and effective length", headers, rows, 3, RETENTION, n_names=1))
    if analysis.treatments:
        tables += _mixtures(group, analysis)
    return tables


def _effective(reading: Reading) -> list[str]:
    low, high = reading.effective_interval
    return [str(reading.effective or 0), NOTHING if math.isnan(low) or math.isnan(high) else _span(Interval(low, high))]


def _span(interval: Interval) -> str:
    return f"{interval.low:.0f} to {interval.high:.0f}"


def knowledge_words(analysis: Analysis) -> str:
    """Return what knowledge is."""
    tasks = analysis.knowledge
    mean = "mean gain in" if len(tasks) > 1 else "gain in"
    return f"{mean} {', '.join(tasks)}" if tasks else "none, there is no task for it"


def _mixtures(group: Group, analysis: Analysis) -> list[Sheet]:
    treatments = analysis.treatments
    headers = ["mixture", "seeds", "knowledge", "long context", "balance", "P(Pareto)"]
    caption = MIXTURES.format(knowledge=knowledge_words(analysis))
    tables = []
    if any(not math.isnan(one.balance.value) for one in treatments):
        tables.append(Sheet("Mixtures", headers, [_mixture(one) for one in treatments], 2, caption, n_names=1))
    if any(one.seeds > 1 for one in treatments):  # with one seed each these would repeat the rows of the runs
        arms, lengths = list(group.arms), [arm for arm in group.arms if is_length(arm)]
        rows = [[one.name, *(change(one.differences.get(arm)) for arm in arms)] for one in treatments]
        tables.append(Sheet("Mixtures: difference to base", ["mixture", *arms], rows, 1, POOLED_DIFFERENCE))
        rows = [[one.name, *(change(one.net.get(arm)) for arm in lengths)] for one in treatments]
        tables.append(Sheet("Mixtures: D(L)", ["mixture", *lengths], rows, 1, POOLED_NET))
    return tables


def _mixture(one: Treatment) -> list[str]:
    chance = NOTHING if math.isnan(one.p_pareto) else f"{one.p_pareto:.2f}"
    return [
        one.name,
        str(one.seeds),
        *(change(value) for value in (one.knowledge, one.long_context, one.balance)),
        chance,
    ]
