"""Writing: polite requests, corrections, short messages, formats to keep to."""

from collections.abc import Iterator

from medlong.mixing.embedded.row import Row, article, ask, choose, listed, number, several, table

REQUESTS = table(
    "send me the file/send me the file|close the window/close the window|answer my letter/answer my letter|"
    "turn the music down/turn the music down|move your car/move your car|fix the printer/repair the printer|"
    "give me the keys/give me the keys|hurry up with the report/finish the report|"
    "book a table/book a table|wait for me/wait for me|explain the plan/explain the plan|"
    "bring the boxes inside/bring the boxes inside|call the plumber/call the plumber|"
    "water the plants/water the plants|check the invoice/check the invoice|sign the form/sign the form",
    rows="|",
    cells="/",
)
WHEN = ("now", "today", "by Friday", "before lunch", "this evening")
POLITE = {"now": "as soon as you can"}
SENTENCES = (
    "the {animal} crossed the road in {town}",
    "my friend bought {thing} in {town}",
    "we will travel to {town} in {month}",
    "{name} painted a picture of the {animal}",
    "in {month} {name} moved to {town}",
    "the bus to {town} leaves without {name}",
)
ANIMALS = ("fox", "horse", "goose", "cat", "donkey", "squirrel")
TOWNS = ("Lisbon", "Oslo", "Vienna", "Nairobi", "Lima", "Kyoto", "Ottawa")
MONTHS = ("March", "April", "June", "August", "October", "December")
NAMES = ("Clara", "Emil", "Rania", "Theo", "Wanda", "Pavel")
THINGS = ("a bicycle", "an old map", "two lamps", "a kite", "a loaf of bread")
EVENTS = ("concert", "picnic", "book club", "football match", "garden party", "film night", "workshop", "flea market")
VERBS = ("clean the desk", "pack the bag", "lock the door", "feed the cat", "post the letter", "sweep the floor")


def polite() -> Iterator[Row]:
    """Yield blunt requests made polite."""
    for plain, better in REQUESTS:
        for when in WHEN:
            yield ask(
                f'Rewrite this more politely: "{plain.capitalize()} {when}!"',
                f"Could you please {better} {POLITE.get(when, when)}?",
            )


def correct() -> Iterator[Row]:
    """Yield sentences without capitals and full stop, corrected."""
    for n in range(110):
        words = {
            "animal": choose(ANIMALS, "animal", n),
            "town": choose(TOWNS, "town", n),
            "month": choose(MONTHS, "month", n),
            "name": choose(NAMES, "name", n),
            "thing": choose(THINGS, "thing", n),
        }
        right = choose(SENTENCES, "sentence", n).format(**words)
        right = right[0].upper() + right[1:]
        yield ask(f"Correct the capital letters and add the full stop: {right.lower()}", f"{right}.")


def invitation() -> Iterator[Row]:
    """Yield short invitations from given facts."""
    for n in range(100):
        event, name = choose(EVENTS, "event", n), choose(NAMES, "guest", n)
        town, hour = choose(TOWNS, "where", n), number(1, 11, "hour", n)
        month, day = choose(MONTHS, "month of", n), number(1, 30, "day", n)
        yield ask(
            f"Write a two-sentence invitation to {name} for {article(event)} in {town} on {day} {month} at {hour} pm.",
            f"Dear {name}, you are warmly invited to our {event} in {town} on {day} {month} at {hour} pm. "
            "We would be very glad to see you there.",
        )


def steps() -> Iterator[Row]:
    """Yield sentences turned into numbered lists."""
    for n in range(80):
        chosen = several(VERBS, number(3, 5, "steps", n), "verbs", n)
        lines = "\n".join(f"{k}. {step.capitalize()}" for k, step in enumerate(chosen, start=1))
        yield ask(f"Turn this into a numbered list: First {', then '.join(chosen)}.", lines)


def bullets() -> Iterator[Row]:
    """Yield lists joined into one sentence."""
    for n in range(70):
        chosen = several(THINGS, number(2, 4, "bullets", n), "things", n)
        name = choose(NAMES, "shopper", n)
        lines = "\n".join(f"- {thing}" for thing in chosen)
        yield ask(
            f"Write one sentence saying that {name} bought these things:\n{lines}", f"{name} bought {listed(chosen)}."
        )


def person() -> Iterator[Row]:
    """Yield sentences moved from the first person to the third, and from present to past."""
    pairs = (
        ("walk", "walks", "walked"),
        ("work", "works", "worked"),
        ("cook", "cooks", "cooked"),
        ("play", "plays", "played"),
        ("wait", "waits", "waited"),
        ("dance", "dances", "danced"),
    )
    places = ("in the park", "at home", "near the river", "in the hall", "by the church")
    for base, third, past in pairs:
        for place in places:
            name = choose(NAMES, base, place)
            yield ask(f"Start this sentence with {name} instead of I: I {base} {place}.", f"{name} {third} {place}.")
            yield ask(f"Put this sentence into the past tense: I {base} {place}.", f"I {past} {place}.")


def yes_or_no() -> Iterator[Row]:
    """Yield questions with a one-word answer asked for."""
    for n in range(80):
        a, b = number(10, 99, "yes", n), number(10, 99, "yes", n, 1)
        if a == b:
            continue
        yield ask(f"Answer with yes or no only: is {a} greater than {b}?", "Yes" if a > b else "No")


FAMILIES = (polite, correct, invitation, steps, bullets, person, yes_or_no)
