"""Sums in words: money, sharing, travel, discounts, units, time of day."""

from collections.abc import Iterator
from fractions import Fraction

from medlong.mixing.embedded.row import Row, ask, choose, number

GOODS = (
    ("pencil", "pencils"),
    ("notebook", "notebooks"),
    ("apple", "apples"),
    ("lemon", "lemons"),
    ("postcard", "postcards"),
    ("candle", "candles"),
    ("mug", "mugs"),
    ("ribbon", "ribbons"),
    ("marble", "marbles"),
    ("stamp", "stamps"),
    ("sandwich", "sandwiches"),
    ("ticket", "tickets"),
)
NAMES = ("Ada", "Ben", "Chloe", "Dev", "Elif", "Finn", "Grace", "Hugo", "Ines", "Jonas", "Kira", "Leo", "Mina", "Noor")
TRAVEL = (("train", 40, 160), ("cyclist", 10, 25), ("bus", 30, 80), ("ferry", 15, 40), ("lorry", 40, 90))
UNITS = (
    ("kilometres", "metres", 1000),
    ("metres", "centimetres", 100),
    ("centimetres", "millimetres", 10),
    ("kilograms", "grams", 1000),
    ("litres", "millilitres", 1000),
    ("tonnes", "kilograms", 1000),
    ("hours", "minutes", 60),
    ("minutes", "seconds", 60),
    ("days", "hours", 24),
    ("weeks", "days", 7),
    ("feet", "inches", 12),
    ("yards", "feet", 3),
    ("gallons", "quarts", 4),
    ("dozens", "single items", 12),
)


def shopping() -> Iterator[Row]:
    """Yield purchases of two goods."""
    for n in range(150):
        name, (one, many) = choose(NAMES, "shop", n), choose(GOODS, "shop", n, 1)
        _, others = choose([pair for pair in GOODS if pair[0] != one], "shop", n, 2)
        a, b = number(2, 9, "shop", n, 3), number(2, 9, "shop", n, 4)
        p, q = number(2, 15, "shop", n, 5), number(2, 15, "shop", n, 6)
        yield ask(
            f"{name} buys {a} {many} at {p} coins each and {b} {others} at {q} coins each. "
            "How many coins does that cost in all?",
            f"The {many} cost {a} x {p} = {a * p} coins and the {others} cost {b} x {q} = {b * q} coins. "
            f"In all that is {a * p} + {b * q} = {a * p + b * q} coins.",
        )


def change() -> Iterator[Row]:
    """Yield change from a payment."""
    for n in range(90):
        name, (one, many) = choose(NAMES, "change", n), choose(GOODS, "change", n, 1)
        count, price = number(2, 12, "change", n, 2), number(2, 9, "change", n, 3)
        paid = count * price + number(2, 40, "change", n, 4)
        yield ask(
            f"One {one} costs {price} euros. {name} takes {count} {many} and pays with {paid} euros. "
            "How much change is due?",
            f"{count} {many} cost {count} x {price} = {count * price} euros, "
            f"so the change is {paid} - {count * price} = {paid - count * price} euros.",
        )


def sharing() -> Iterator[Row]:
    """Yield division with a remainder."""
    for n in range(120):
        _, many = choose(GOODS, "share", n)
        people, total = number(3, 12, "share", n, 1), number(20, 200, "share", n, 2)
        each, left = divmod(total, people)
        rest = f"{left} {'is' if left == 1 else 'are'} left over" if left else "nothing is left over"
        yield ask(
            f"{total} {many} are shared equally among {people} children. How many does each child get, "
            "and how many are left over?",
            f"Each child gets {each}, since {people} x {each} = {people * each}, and {rest}.",
        )


def travel() -> Iterator[Row]:
    """Yield distance, time and speed."""
    for n in range(120):
        what, low, high = choose(TRAVEL, "travel", n)
        speed, hours = number(low, high, "travel", n, 1), number(2, 9, "travel", n, 2)
        distance = speed * hours
        if n % 3 == 0:
            yield ask(
                f"A {what} moves at a steady {speed} km/h for {hours} hours. How far does it go?",
                f"It goes {speed} x {hours} = {distance} km.",
            )
        elif n % 3 == 1:
            yield ask(
                f"A {what} covers {distance} km at a steady {speed} km/h. How long does that take?",
                f"It takes {distance} / {speed} = {hours} hours.",
            )
        else:
            yield ask(
                f"A {what} covers {distance} km in {hours} hours at a steady speed. What is the speed?",
                f"The speed is {distance} / {hours} = {speed} km/h.",
            )


def discount() -> Iterator[Row]:
    """Yield prices before and after a discount."""
    for n in range(100):
        price, off = 20 * number(1, 30, "discount", n), 5 * number(1, 14, "discount", n, 1)
        saved = price * off // 100
        thing = choose(("coat", "lamp", "bicycle", "chair", "camera", "rug", "kettle"), "discount", n, 2)
        yield ask(
            f"A {thing} costs {price} dollars and is reduced by {off}%. What is the new price?",
            f"{off}% of {price} is {saved}, so the new price is {price} - {saved} = {price - saved} dollars.",
        )


def units() -> Iterator[Row]:
    """Yield conversions into a smaller or larger unit."""
    for n in range(150):
        large, small, factor = UNITS[n % len(UNITS)]
        count = number(2, 60, "units", n)
        if n % 2:
            yield ask(
                f"Convert {count} {large} to {small}.",
                f"{count} {large} are {count} x {factor} = {count * factor} {small}.",
            )
        else:
            yield ask(
                f"How many {large} are {count * factor} {small}?",
                f"{count * factor} {small} are {count * factor} / {factor} = {count} {large}.",
            )


def temperature() -> Iterator[Row]:
    """Yield Celsius and Fahrenheit, where both are whole."""
    for celsius in range(-40, 105, 5):
        fahrenheit = Fraction(9, 5) * celsius + 32
        yield ask(
            f"What is {celsius} degrees Celsius in degrees Fahrenheit?",
            f"Multiply by 9/5 and add 32: {celsius} degrees Celsius is {fahrenheit} degrees Fahrenheit.",
        )


def clock() -> Iterator[Row]:
    """Yield times of day after or before a span."""
    for n in range(110):
        start, span = 5 * number(0, 287, "clock", n), 5 * number(2, 100, "clock", n, 1)
        event = choose(("film", "meeting", "lesson", "concert", "walk", "match"), "clock", n, 2)
        first, last = _time(start), _time(start + span)
        day = " the next day" if start + span >= 1440 else ""
        yield ask(
            f"A {event} starts at {first} and lasts {span // 60} h {span % 60} min. When does it end?",
            f"It ends at {last}{day}.",
        )


def _time(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def shapes() -> Iterator[Row]:
    """Yield areas and perimeters of rectangles."""
    for n in range(80):
        a, b = number(2, 30, "shape", n), number(2, 30, "shape", n, 1)
        place = choose(("garden", "room", "field", "poster", "table top"), "shape", n, 2)
        unit = "centimetres" if place in ("poster", "table top") else "metres"
        if n % 2:
            yield ask(
                f"A rectangular {place} is {a} by {b} {unit}. What is its area?",
                f"Its area is {a} x {b} = {a * b} square {unit}.",
            )
        else:
            yield ask(
                f"A rectangular {place} is {a} by {b} {unit}. What is its perimeter?",
                f"Its perimeter is 2 x ({a} + {b}) = {2 * (a + b)} {unit}.",
            )


FAMILIES = (shopping, change, sharing, travel, discount, units, temperature, clock, shapes)
