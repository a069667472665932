"""Arithmetic of the medicine round: doses by weight, tablets, volumes, drips, dilutions.

No medicine is named: the numbers are exercises, not doses of anything.
"""

from collections.abc import Iterator
from fractions import Fraction

from medlong.mixing.embedded.row import Row, ask, choose, number


def decimal(value: Fraction | int, places: int = 2) -> str:
    """Return `value` rounded half up to `places` digits, without zeros at the end."""
    scaled = int(Fraction(value) * 10**places + Fraction(1, 2))
    whole, rest = divmod(scaled, 10**places)
    digits = f"{rest:0{places}d}".rstrip("0")
    return f"{whole}.{digits}" if digits else str(whole)


def by_weight() -> Iterator[Row]:
    """Yield single doses from a body weight."""
    for n in range(160):
        weight, per_kg = number(5, 90, "weight", n), choose((2, 3, 4, 5, 7, 8, 10, 12, 15, 20), "per kg", n)
        who = "child" if weight < 40 else "patient"
        yield ask(
            f"A {who} weighs {weight} kg. A medicine is ordered at {per_kg} mg/kg. What is the dose?",
            f"The dose is {weight} kg x {per_kg} mg/kg = {weight * per_kg} mg.",
        )


def divided() -> Iterator[Row]:
    """Yield daily doses split into equal ones."""
    for n in range(90):
        times = choose((2, 3, 4), "times", n)
        weight, per_kg = number(5, 40, "divided", n), 6 * number(2, 8, "divided per kg", n)
        daily = weight * per_kg
        yield ask(
            f"A child of {weight} kg is to have {per_kg} mg/kg a day of a medicine in {times} equal doses. "
            "How much is each dose?",
            f"The daily dose is {weight} x {per_kg} = {daily} mg, so each dose is {daily} / {times} = "
            f"{decimal(Fraction(daily, times))} mg.",
        )


def tablets() -> Iterator[Row]:
    """Yield numbers of tablets, halves included."""
    for n in range(90):
        strength = choose((2, 4, 10, 20, 50, 100, 200, 250, 500), "strength", n)
        halves = number(1, 6, "halves", n)
        dose = Fraction(strength * halves, 2)
        count = decimal(Fraction(halves, 2))
        yield ask(
            f"The order is {decimal(dose)} mg and the tablets have {strength} mg each. How many tablets are given?",
            f"{decimal(dose)} / {strength} = {count}, so {count} {'tablet' if halves <= 2 else 'tablets'}.",
        )


def liquids() -> Iterator[Row]:
    """Yield volumes of a liquid for a dose."""
    for n in range(90):
        strength, volume = choose((25, 50, 100, 120, 125, 200, 250), "liquid", n), choose((1, 2, 5), "volume", n)
        ml = Fraction(number(1, 20, "ml", n), 2)
        dose = ml * strength / volume
        yield ask(
            f"A liquid has {strength} mg in {volume} mL. How many mL give {decimal(dose, 3)} mg?",
            f"{decimal(dose, 3)} mg / {strength} mg x {volume} mL = {decimal(ml)} mL.",
        )


MOST_DROPS = 200
"""A minute; above this a drip is a stream."""


def drips() -> Iterator[Row]:
    """Yield drip rates in drops a minute, rounded to a whole drop, as far as drops can be counted."""
    for n in range(140):
        volume, hours = 50 * number(2, 20, "drip", n), choose((2, 3, 4, 5, 6, 8, 10, 12), "drip hours", n)
        factor = choose((10, 15, 20, 60), "drop factor", n)
        rate = Fraction(volume * factor, hours * 60)
        if rate > MOST_DROPS:
            continue
        yield ask(
            f"{volume} mL are to run over {hours} hours through a set that gives {factor} drops per mL. "
            "What is the drip rate, to the nearest drop per minute?",
            f"{volume} x {factor} / ({hours} x 60) = {decimal(rate, 1)}, so about {decimal(rate, 0)} drops per minute.",
        )


def pumps() -> Iterator[Row]:
    """Yield infusion rates and times of a pump."""
    for n in range(90):
        hours, rate = number(2, 12, "pump", n), 5 * number(4, 40, "rate", n)
        volume = hours * rate
        if n % 2:
            yield ask(
                f"A pump is to give {volume} mL over {hours} hours. At what rate in mL per hour is it set?",
                f"{volume} / {hours} = {rate} mL per hour.",
            )
        else:
            yield ask(
                f"An infusion of {volume} mL runs at {rate} mL per hour. How long does it last?",
                f"{volume} / {rate} = {hours} hours.",
            )


def strengths() -> Iterator[Row]:
    """Yield percentages in mg per mL and grams in a volume."""
    for n in range(70):
        percent = choose((1, 2, 4, 5, 10, 20, 50), "percent", n)
        volume = 10 * number(1, 100, "of volume", n)
        yield ask(
            f"How many grams of substance are in {volume} mL of a {percent}% (weight in volume) solution?",
            f"{percent}% is {percent} g in 100 mL, so {volume} mL have {decimal(Fraction(percent * volume, 100))} g.",
        )


def dilutions() -> Iterator[Row]:
    """Yield volumes of stock for a dilution."""
    for n in range(70):
        stock, factor = choose((10, 20, 40, 50), "stock", n), choose((2, 4, 5, 10), "factor", n)
        volume = factor * 10 * number(1, 20, "final volume", n)
        want = Fraction(stock, factor)
        part = volume // factor
        yield ask(
            f"How much of a {stock} mg/mL stock is needed to make {volume} mL at {decimal(want)} mg/mL?",
            f"{decimal(want)} x {volume} / {stock} = {part} mL of stock, made up to {volume} mL.",
        )


def units() -> Iterator[Row]:
    """Yield conversions between grams, milligrams and micrograms."""
    pairs = (("g", "mg"), ("mg", "micrograms"), ("L", "mL"), ("kg", "g"))
    for n in range(90):
        large, small = pairs[n % len(pairs)]
        thousandths = choose((5, 25, 50, 75, 100, 125, 250, 400, 500, 750, 1000, 1500, 2500, 3000), "thousandths", n)
        value = decimal(Fraction(thousandths, 1000), 3)
        if n // len(pairs) % 2:
            yield ask(f"Convert {value} {large} to {small}.", f"{value} {large} = {thousandths} {small}.")
        else:
            yield ask(f"Convert {thousandths} {small} to {large}.", f"{thousandths} {small} = {value} {large}.")


FAMILIES = (by_weight, divided, tablets, liquids, drips, pumps, strengths, dilutions, units)
