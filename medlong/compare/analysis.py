"""What the numbers support: per model, per mixture and over mixtures, with the verdict in words."""

from dataclasses import dataclass
from typing import Literal

from medlong.compare.comparison import Group
from medlong.compare.statistics import Estimate, Interval
from medlong.inference.surface import Surface

Kind = Literal["best", "tied", "equivalent", "insufficient", "not comparable"]


@dataclass(frozen=True, slots=True)
class Tested:
    """One difference to the base with its test."""

    estimate: Estimate
    p: float
    """Two-sided sign-flip permutation by cluster; nan where it is not defined."""
    p_holm: float
    """The same after Holm's correction over the lengths of the model, or over its other arms."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How well one model uses an open book, by length; keys are arms, values fractions of 1 (tokens for effective)."""

    entry: str
    gain: dict[str, Estimate]
    """Open book at L minus closed book."""
    retention: dict[str, Estimate]
    """(open - closed) / (oracle - closed), by bootstrap over clusters; absent where oracle does not beat closed."""
    effective: int | None
    """Longest L at which, and at all shorter, the score is at least 85 % of the oracle; None where there is none."""
    effective_interval: Interval
    """Its bootstrap interval, in tokens; 0 stands for none."""
    differences: dict[str, Tested]
    """Model minus base, every arm; empty for the base."""
    net: dict[str, Tested]
    """D(L), every length; empty for the base."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """One mixture (or one soup, which has none) with all its training seeds, against the base."""

    name: str
    entries: tuple[str, ...]
    """Keys of its runs; as many as it has seeds."""
    seeds: int
    differences: dict[str, Estimate]
    """Mean over seeds minus base, every arm; its error has two levels with seeds, else is of this checkpoint."""
    net: dict[str, Estimate]
    """D(L) of the same."""
    knowledge: Estimate
    """Gain over the base in the tasks that show knowledge: the closed book where none was chosen, else the oracle."""
    long_context: Estimate
    """Mean of D(L) over the lengths that the base reads."""
    balance: Estimate
    """The declared score: the smaller of knowledge and long_context."""
    p_pareto: float
    """Bootstrap probability that no other treatment is better in both."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, and how sure it is."""

    kind: Kind
    members: tuple[str, ...]
    """Names of the treatments it speaks of: the best, the tied set, or those that are equivalent."""
    text: str
    """One or two plain sentences."""
    needs: tuple[str, ...]
    """What would settle an open question: seeds per mixture, items; empty where settled."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything inferred about one group of a comparison."""

    group: Group
    readings: dict[str, Reading]
    """By entry key, the base included."""
    treatments: tuple[Treatment, ...]
    seed_sd: float
    """Standard deviation between training seeds of one mixture, pooled, of the balance score; nan without seeds."""
    surface: Surface | None
    """Of the balance score over general share and total; None where there are too few mixtures."""
    unread: tuple[str, ...]
    """Lengths at which the base reads no better than with a closed book; they do not count in `long_context`."""
    verdict: Verdict
    knowledge: tuple[str, ...] = ()
    """The tasks that knowledge is taken from; empty where there are none."""
