"""How often the statistics of a comparison are wrong, and how much they see: many invented studies with known truth.

    python benchmarks/simulate_verdicts.py [--studies 2000]

Every study has 400 items in 20 books. An item has a chance of a right answer of its own, such that two runs of one
mixture disagree on a fifth of the items; a run moves all chances by its seed, a mixture by what it is worth.
"""

import argparse
from collections.abc import Iterator

import numpy as np

from medlong.inference.clusters import parts
from medlong.inference.power import design, power
from medlong.inference.reading import retention
from medlong.inference.seeds import Levels, estimates, levels
from medlong.inference.surface import fit
from medlong.inference.verdict import decide

ITEMS, BOOKS = 400, 20
QUESTIONS = 1_000
DISCORDANCE, MEAN = 0.2, 0.6
BETA = 2 * MEAN * (1 - MEAN) / DISCORDANCE
CONCENTRATION = 1 / (BETA - 1)
CLUSTERS = np.repeat(np.arange(BOOKS), ITEMS // BOOKS)


def answers(
    count: int,
    effects: np.ndarray,
    seeds: int,
    seed_sd: float | np.ndarray,
    icc: float = 0.0,
    seed: int = 0,
    base: bool = False,
    clusters: np.ndarray = CLUSTERS,
) -> Iterator[np.ndarray]:
    """Yield which answers are right (Q, R, items); `effects` (Q, T) are true, in fractions of 1, over the base."""
    items, books = clusters.size, int(clusters.max()) + 1
    generator = np.random.default_rng(seed)
    scores, mixtures = effects.shape
    owner = np.repeat(np.arange(mixtures), seeds)
    sd = np.repeat(np.broadcast_to(seed_sd, mixtures), seeds)
    alpha, beta = MEAN * CONCENTRATION, (1 - MEAN) * CONCENTRATION
    for _ in range(count):
        chance = generator.beta(alpha, beta, (scores, 1, items))
        slope = chance * (1 - chance) / (DISCORDANCE / 2)
        moved = (effects[:, owner] + sd * generator.standard_normal((scores, owner.size)))[:, :, None]
        if icc:
            taste = generator.normal(0, np.sqrt(DISCORDANCE * icc / 2), (scores, mixtures, books))
            moved = moved + taste[:, owner][:, :, clusters]
        right = (generator.random((scores, owner.size, items)) < chance + moved * slope).astype(float)
        if base:
            right -= generator.random((scores, 1, items)) < chance
        yield right


def studies(
    count: int,
    effects: np.ndarray,
    seeds: int,
    seed_sd: float | np.ndarray,
    icc: float = 0.0,
    seed: int = 0,
    base: bool = False,
) -> Iterator[Levels]:
    """Yield what the verdict is made from."""
    owner = np.repeat(np.arange(effects.shape[1]), seeds)
    for right in answers(count, effects, seeds, seed_sd, icc, seed, base):
        yield levels(right.mean(axis=2), parts(right, CLUSTERS, BOOKS), owner)


def apart(count: int, effects: np.ndarray, seeds: int, seed_sd: float, icc: float, seed: int = 0) -> Iterator[Levels]:
    """Yield the same with the first score from another task, of questions without books."""
    owner = np.repeat(np.arange(effects.shape[1]), seeds)
    own = answers(count, effects[:1], seeds, seed_sd, 0.0, 2 * seed, clusters=np.arange(QUESTIONS))
    books = answers(count, effects[1:], seeds, seed_sd, icc, 2 * seed + 1)
    for first, second in zip(own, books, strict=True):
        influence = np.zeros((2, owner.size, QUESTIONS + BOOKS))
        influence[0, :, :QUESTIONS] = parts(first[0], np.arange(QUESTIONS), QUESTIONS)
        influence[1, :, QUESTIONS:] = parts(second[0], CLUSTERS, BOOKS)
        values = np.stack([first[0].mean(axis=1), second[0].mean(axis=1)])
        yield levels(values, influence, owner, np.array([QUESTIONS, BOOKS]))


def false_claims(count: int, mixtures: int, seeds: int, seed_sd: float | np.ndarray, seed: int = 0) -> float:
    """Share of studies of equal mixtures in which any is said to be worse; one score lies below the other."""
    equal = np.stack([np.zeros(mixtures), np.full(mixtures, 0.1)])
    return float(np.mean([bool(decide(own).worse) for own in studies(count, equal, seeds, seed_sd, seed=seed)]))


def uneven_claims(count: int, mixtures: int, seeds: int, seed_sd: float, seed: int = 0) -> float:
    """The same where the mixtures have one balance, but one of them the other score 10 points higher."""
    effects = np.zeros((2, mixtures))
    effects[1, 0] = 0.10
    return float(np.mean([bool(decide(own).worse) for own in studies(count, effects, seeds, seed_sd, seed=seed)]))


def claims_apart(count: int, mixtures: int, seeds: int, seed_sd: float, icc: float, seed: int = 0) -> float:
    """Share of studies of equal mixtures, one score from another task and above the other, in which any is worse."""
    equal = np.stack([np.full(mixtures, 0.1), np.zeros(mixtures)])
    found = (bool(decide(own).worse) for own in apart(count, equal, seeds, seed_sd, icc, seed))
    return float(np.mean(list(found)))


def false_equivalence(count: int, seeds: int, seed_sd: float, seed: int = 0) -> float:
    """Share of studies of two mixtures 3 points apart that are said to be equivalent within 3."""
    effects = np.array([[0.0, 0.03]])
    found = (decide(own).kind == "equivalent" for own in studies(count, effects, seeds, seed_sd, seed=seed))
    return float(np.mean(list(found)))


def coverage(count: int, mixtures: int, seeds: int, seed_sd: float, icc: float, seed: int = 0) -> float:
    """Share of 95 % intervals of a mixture's difference to the base that hold the truth (0.03)."""
    effects = np.full((1, mixtures), 0.03)
    hits = [
        each.low <= 0.03 <= each.high
        for own in studies(count, effects, seeds, seed_sd, icc, seed, base=True)
        for each in estimates(own, 0, ITEMS)
    ]
    return float(np.mean(hits))


def told_apart(
    count: int, effect: float, mixtures: int, seeds: int, seed_sd: float, icc: float, seed: int = 0
) -> float:
    """Share of pairs of one better mixture and another that are told apart."""
    effects = np.zeros((1, mixtures))
    effects[0, 0] = effect
    found = [(decide(own).p[0, 1:] <= 0.05).mean() for own in studies(count, effects, seeds, seed_sd, icc, seed)]
    return float(np.mean(found))


def planned(effect: float, mixtures: int, seeds: int, seed_sd: float, icc: float) -> float:
    """What `medlong plan` says of the same."""
    return power(design(mixtures, seeds, ITEMS, BOOKS, seed_sd, DISCORDANCE, icc), effect)


def retention_coverage(count: int, books: int = 20, size: int = 10, seed: int = 0) -> float:
    """Share of intervals of the retention that hold the truth: 0.3 closed, 0.9 oracle, 0.6 open, alike in a book."""
    generator = np.random.default_rng(seed)
    clusters = np.repeat(np.arange(books), size)
    hits = 0
    for _ in range(count):
        level = generator.normal(0, 0.08, (1, books)).repeat(size, axis=1)
        chance = np.array([[0.3], [0.9], [0.6]]) + level * np.array([[0.5], [0.2], [1.0]])
        closed, oracle, opened = (generator.random((3, books * size)) < chance).astype(float)
        found = retention(opened, closed, oracle, clusters)
        hits += found.low <= 0.5 <= found.high
    return hits / count


def surface_coverage(count: int, sd: float, seeds: int, seed: int = 0) -> float:
    """Share of intervals of the best share that hold the truth, a peak at 0.4, from 7 shares."""
    generator = np.random.default_rng(seed)
    share = np.repeat([0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 1.0], seeds)
    total = np.full(share.size, 4000.0)
    truth = 0.10 - 0.25 * (share - 0.4) ** 2
    hits = 0
    for number in range(count):
        found = fit(share, total, truth + generator.normal(0, sd, share.size), seed=number)
        assert found is not None
        hits += found.best_share_interval.low <= 0.4 <= found.best_share_interval.high
    return hits / count


def main() -> None:
    """Print the tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=2000)
    count = parser.parse_args().studies
    print(
        "| mixtures | seeds | seed sd, points | false claims | the same, uneven |\n| ---: | ---: | ---: | ---: | ---: |"
    )
    for mixtures, seeds in ((2, 2), (2, 3), (5, 3), (9, 3)):
        for sd in (0.0, 0.01, 0.02):
            rates = (f"{100 * f(count, mixtures, seeds, sd):.1f} %" for f in (false_claims, uneven_claims))
            print(f"| {mixtures} | {seeds} | {100 * sd:g} | {' | '.join(rates)} |", flush=True)
    spread = np.array([0.01, 0.01, 0.01, 0.01, 0.04])
    print(f"| 5 | 3 | 1, one of them 4 | {100 * false_claims(count, 5, 3, spread):.1f} % | |")
    print("\n| knowledge from 1,000 questions of another task | false claims |\n| --- | ---: |")
    for mixtures, sd, icc in ((2, 0.01, 0.0), (5, 0.01, 0.05), (5, 0.02, 0.05)):
        rate = claims_apart(count // 2, mixtures, 3, sd, icc)
        print(f"| {mixtures} mixtures, 3 seeds, sd {100 * sd:g}, ICC {icc:g} | {100 * rate:.1f} % |", flush=True)
    print(f"\nEquivalent within 3 points, truly 3 apart: {100 * false_equivalence(count, 10, 0.01):.1f} %")
    print("\n| interval | coverage |\n| --- | ---: |")
    for mixtures, seeds, sd, icc in ((5, 3, 0.01, 0.0), (5, 3, 0.02, 0.0), (5, 3, 0.01, 0.05), (2, 3, 0.02, 0.05)):
        rate = coverage(count // 2, mixtures, seeds, sd, icc)
        what = f"difference to the base, {mixtures} mixtures, {seeds} seeds, sd {100 * sd:g}, ICC {icc:g}"
        print(f"| {what} | {100 * rate:.1f} % |", flush=True)
    print(f"| retention, 20 books of 10 | {100 * retention_coverage(count // 2):.1f} % |")
    print(f"| best share, 7 shares, 3 seeds, sd 1 | {100 * surface_coverage(count // 2, 0.01, 3):.1f} % |")
    print("\n| mixtures | seeds | seed sd | ICC | effect | planned power | seen |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    plans = ((0.05, 2, 3, 0.0, 0.0), (0.06, 2, 3, 0.015, 0.0), (0.06, 5, 3, 0.015, 0.0), (0.06, 2, 5, 0.015, 0.02))
    for effect, mixtures, seeds, sd, icc in (*plans, (0.05, 5, 5, 0.01, 0.0)):
        said, seen = planned(effect, mixtures, seeds, sd, icc), told_apart(count, effect, mixtures, seeds, sd, icc)
        line = f"| {mixtures} | {seeds} | {100 * sd:g} | {icc:g} | {100 * effect:g} |"
        print(f"{line} {100 * said:.0f} % | {100 * seen:.0f} % |", flush=True)


if __name__ == "__main__":
    main()
