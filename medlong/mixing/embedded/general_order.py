"""Order and pattern: sorting, sequences, comparison, the calendar."""

from collections.abc import Iterator
from datetime import date, timedelta

from medlong.mixing.embedded.row import Row, ask, choose, listed, number, several, words

WORDS = words(
    "anchor basket candle desert engine forest garden hammer island jacket kitchen ladder marble needle orange "
    "pencil quartz ribbon saddle tunnel umbrella violin window yellow zipper bridge copper drawer feather glacier "
    "harbour lantern meadow orchard pepper raccoon shelter thunder valley whistle blanket cottage dolphin falcon"
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    ("January", "31"),
    ("February", "28, or 29 in a leap year"),
    ("March", "31"),
    ("April", "30"),
    ("May", "31"),
    ("June", "30"),
    ("July", "31"),
    ("August", "31"),
    ("September", "30"),
    ("October", "31"),
    ("November", "30"),
    ("December", "31"),
)


def sort_words() -> Iterator[Row]:
    """Yield lists of words to put in alphabetical order."""
    for n in range(110):
        words = several(WORDS, number(3, 7, "sort", n), "sort words", n)
        yield ask(f"Put these words in alphabetical order: {', '.join(words)}.", f"{', '.join(sorted(words))}.")


def sort_numbers() -> Iterator[Row]:
    """Yield lists of numbers to sort either way."""
    for n in range(90):
        values = several(range(1, 500), number(4, 8, "sort numbers", n), "values", n)
        order = choose(("smallest to largest", "largest to smallest"), "way", n)
        done = sorted(values, reverse=order.startswith("largest"))
        shown = ", ".join(str(value) for value in values)
        yield ask(f"Sort these numbers from {order}: {shown}.", ", ".join(str(value) for value in done) + ".")


def sequences() -> Iterator[Row]:
    """Yield sequences whose next term follows from one rule."""
    for n in range(90):
        start, step = number(1, 40, "sequence", n), number(2, 12, "sequence", n, 1)
        if n % 3 == 2:
            step = 2 + step % 2
            start = 1 + start % 9
            terms = [start * step**k for k in range(5)]
            rule = f"each number is {step} times the one before"
        elif n % 3 == 1:
            terms = [start + step * (4 - k) for k in range(5)]
            rule = f"each number is {step} less than the one before"
        else:
            terms = [start + step * k for k in range(5)]
            rule = f"each number is {step} more than the one before"
        shown = ", ".join(str(term) for term in terms[:4])
        yield ask(f"What number comes next: {shown}, ...?", f"The next number is {terms[4]}, because {rule}.")


def weekdays() -> Iterator[Row]:
    """Yield days of the week some days later or earlier."""
    for n in range(80):
        today, steps = number(0, 6, "weekday", n), number(2, 60, "weekday", n, 1)
        if n % 2:
            yield ask(
                f"If today is {DAYS[today]}, which day will it be in {steps} days?",
                f"In {steps} days it will be {DAYS[(today + steps) % 7]}.",
            )
        else:
            yield ask(
                f"If today is {DAYS[today]}, which day was it {steps} days ago?",
                f"{steps} days ago it was {DAYS[(today - steps) % 7]}.",
            )


def dates() -> Iterator[Row]:
    """Yield dates some days after another, and the number of days in a month."""
    for month, days in MONTHS:
        yield ask(f"How many days does {month} have?", f"{month} has {days} days.")
    for n in range(80):
        first = date(2021, 1, 1) + timedelta(days=number(0, 1800, "date", n))
        steps = number(3, 45, "date", n, 1)
        last = first + timedelta(days=steps)
        yield ask(
            f"Which date is {steps} days after {_date(first)}?",
            f"{steps} days after {_date(first)} is {_date(last)}.",
        )


def _date(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1][0]} {day.year}"


def compare() -> Iterator[Row]:
    """Yield chains of comparisons among three people."""
    people = ("Amara", "Bruno", "Celia", "Dario", "Emine", "Farid", "Greta", "Henrik")
    scales = (("taller", "tallest", "shortest"), ("older", "oldest", "youngest"), ("faster", "fastest", "slowest"))
    for n in range(90):
        a, b, c = several(people, 3, "compare", n)
        more, most, least = choose(scales, "scale", n)
        facts = [f"{a} is {more} than {b}.", f"{b} is {more} than {c}."]
        facts = several(facts, 2, "facts", n)
        who, asked = (a, most) if number(0, 1, "asked", n) else (c, least)
        yield ask(f"{' '.join(facts)} Who is the {asked} of the three?", f"{who} is the {asked}.")


def multiples() -> Iterator[Row]:
    """Yield odd, even and divisible numbers to pick from a list."""
    for n in range(80):
        values = several(range(2, 120), 7, "multiples", n)
        divisor = number(2, 5, "divisor", n)
        found = [str(value) for value in values if value % divisor == 0]
        shown = ", ".join(str(value) for value in values)
        answer = f"{listed(found)}." if found else f"None of them is divisible by {divisor}."
        yield ask(f"Which of these numbers are divisible by {divisor}: {shown}?", answer)


FAMILIES = (sort_words, sort_numbers, sequences, weekdays, dates, compare, multiples)
