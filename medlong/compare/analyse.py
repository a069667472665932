"""From a comparison to what it supports: the statistics of one group, joined."""

import numpy as np

from medlong.compare.analysis import Analysis, Verdict
from medlong.compare.comparison import Comparison, Group
from medlong.compare.readings import readings
from medlong.compare.scores import Scores, scores
from medlong.compare.treatments import Balance, Trained, balance, described, is_soup, read_lengths, trained
from medlong.compare.words import not_comparable, nothing_read, only_base, only_knowledge, too_few_seeds, worded
from medlong.inference.pareto import beyond_luck, membership
from medlong.inference.power import Design
from medlong.inference.seeds import Levels, levels
from medlong.inference.surface import Surface, fit
from medlong.inference.verdict import decide


def analyse(comparison: Comparison, group: Group, seed: int = 0) -> Analysis:
    """Return everything inferred about `group`, one of those of `comparison`.

    Args:
        comparison: Whose samples are used.
        group: One base, the models compared with it, and one exam.
        seed: Of the permutations and bootstraps; the same seed gives the same analysis.
    """
    found = scores(comparison, group)
    treatments = trained(group)
    both = balance(group, found, treatments)
    read = read_lengths(group, found)
    unread = tuple(arm for arm in found.lengths if arm not in read)
    p_pareto = _pareto(both, len(treatments), seed)
    own, replicated = _levels(both)
    return Analysis(
        group=group,
        readings=readings(group, found, seed),
        treatments=described(group, found, treatments, both, p_pareto),
        seed_sd=_seed_sd(own),
        surface=_surface(both, treatments, seed),
        unread=unread,
        knowledge=_knowledge(group, found),
        verdict=_no_choice(comparison, group) or _verdict(both, own, replicated, treatments, unread),
    )


def study(comparison: Comparison, group: Group) -> Design | None:
    """Return the variances of a group's mixtures, to plan another study with; None without two seeds of any mixture."""
    both = balance(group, scores(comparison, group), trained(group))
    own, _ = _levels(both)
    return _design(both, own) if both and own else None


def _knowledge(group: Group, found: Scores) -> tuple[str, ...]:
    """The tasks that show knowledge."""
    own = () if found.knowledge is None else (f"{group.exam.family}_{found.knowledge}",)
    return tuple(task.task for task in found.apart) or own


def _pareto(both: Balance | None, count: int, seed: int) -> np.ndarray:
    if both is None:
        return np.full(count, np.nan)
    seeds = np.bincount(both.owner)
    member = np.equal(both.owner[:, None], np.arange(count)[None, :]) / seeds
    extra = beyond_luck(both.values, both.influence, both.owner, both.clusters)
    means, influence = both.values @ member, np.einsum("qrg,rt->qtg", both.influence, member)
    return membership(means, influence, seeds, extra, seed, both.clusters)


def _levels(both: Balance | None) -> tuple[Levels | None, list[int]]:
    """The mixtures with two seeds or more, and their indices."""
    if both is None:
        return None, []
    several = np.bincount(both.owner)[both.owner] > 1
    replicated = np.unique(both.owner[several])
    if not replicated.size:
        return None, []
    relabelled = np.searchsorted(replicated, both.owner[several])
    own = levels(both.values[:, several], both.influence[:, several], relabelled, both.clusters)
    return own, [int(index) for index in replicated]


def _weaker(own: Levels) -> int:
    """The score that is most often the smaller one, which is what the balance rests on."""
    return int(np.bincount(own.means.argmin(axis=0), minlength=2).argmax())


def _seed_sd(own: Levels | None) -> float:
    return float("nan") if own is None else float(np.sqrt(own.pooled_variance()[_weaker(own)]))


def _surface(both: Balance | None, treatments: list[Trained], seed: int) -> Surface | None:
    if both is None:
        return None
    first = [treatments[t].entries[0] for t in both.owner]
    kept = np.array([entry.mixture is not None and not is_soup(entry) for entry in first])
    blends = [entry.mixture for entry, keep in zip(first, kept, strict=True) if entry.mixture and keep]
    if not blends or len({mixture.unit for mixture in blends}) > 1:
        return None
    share = np.array([round(mixture.shares.get("general", 0.0), 2) for mixture in blends])
    total = np.array([float(mixture.total) for mixture in blends])
    return fit(share, total, both.values[:, kept].min(axis=0), seed)


def _no_choice(comparison: Comparison, group: Group) -> Verdict | None:
    """The verdict where the exam was not meant to choose among mixtures."""
    if len(group.entries) == 1:
        return only_base()
    asked = {f"{group.exam.family}_{arm}" for arm in group.arms}
    return only_knowledge() if asked <= set(comparison.knowledge["task"]) else None


def _verdict(
    both: Balance | None, own: Levels | None, replicated: list[int], treatments: list[Trained], unread: tuple[str, ...]
) -> Verdict:
    if both is None:
        return nothing_read(unread) if unread else not_comparable()
    names = [each.name for each in treatments]
    left_out = tuple(name for t, name in enumerate(names) if t not in replicated)
    if own is None or len(replicated) < 2:
        return too_few_seeds(names, left_out)
    decision = decide(own)
    return worded(decision, [names[t] for t in replicated], own, _design(both, own), left_out)


def _design(both: Balance, own: Levels) -> Design:
    """The study as it was, with the variances it met, of the weaker score."""
    score = _weaker(own)
    noise, seeds = float(own.noise[score]), own.seeds
    influence = own.influence[score]
    count = int(own.clusters[score])
    mixtures = max(len(seeds), 2)
    centred = influence - influence.mean(axis=0)
    # twice the mean variance around the mean mixture is that of a difference of two
    cluster = 2 * count / max(count - 1, 1) * float((centred**2).sum()) / max(len(seeds) - 1, 1)
    book = max(0.0, cluster - 2 * noise * float((1 / seeds).mean()))
    beyond = max(0.0, float(own.pooled_variance()[score]) - noise)
    return Design(mixtures, int(seeds.min()), int(both.items[score]), count, beyond, noise, book)
