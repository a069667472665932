"""Short stories to read: a question that the text answers, one it does not, and a summary."""

from collections.abc import Iterator
from typing import NamedTuple

from medlong.mixing.embedded.row import Row, article, ask, choose, number, several

PEOPLE = ("Tomas", "Yara", "Oskar", "Priya", "Lucia", "Mateo", "Freya", "Samir", "Hannah", "Diego", "Nadia", "Viktor")
TOWNS = ("Aldmere", "Brackley Cross", "Corran", "Dunmoor", "Eastvale", "Farholt", "Glenbury", "Hartwick", "Ivydale")
TRADES = ("a baker", "a gardener", "a teacher", "a librarian", "a carpenter", "a pilot", "a cook", "a painter")
PLACES = ("the old mill", "the harbour", "the market square", "the town library", "the railway station", "the museum")
LOST = ("green scarf", "silver key", "leather wallet", "straw hat", "red umbrella", "wooden flute", "brass compass")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEATHER = ("rain", "fog", "snow", "strong wind", "bright sunshine")
FOOD = ("plum cake", "onion soup", "cheese pie", "lentil stew", "apple bread", "mushroom rice")


class Story(NamedTuple):
    """The facts of one little text."""

    who: str
    town: str
    trade: str
    day: str
    place: str
    thing: str
    finder: str
    food: str
    weather: str
    hour: int


def _story(n: int) -> Story:
    who, finder = several(PEOPLE, 2, "story", n)
    return Story(
        who=who,
        town=choose(TOWNS, "town", n),
        trade=choose(TRADES, "trade", n),
        day=choose(DAYS, "day", n),
        place=choose(PLACES, "place", n),
        thing=choose(LOST, "thing", n),
        finder=finder,
        food=choose(FOOD, "food", n),
        weather=choose(WEATHER, "weather", n),
        hour=number(2, 11, "hour", n),
    )


def _text(story: Story) -> str:
    return (
        f"{story.who} is {story.trade} in {story.town}. One {story.day}, in {story.weather}, {story.who} went to "
        f"{story.place} and there lost {article(story.thing)}. At {story.hour} o'clock {story.finder} found it under "
        f"a bench and brought it back. To say thank you, {story.who} gave {story.finder} some {story.food}."
    )


def answer_from_text() -> Iterator[Row]:
    """Yield questions that the text answers."""
    for n in range(220):
        story = _story(n)
        question, answer = choose(
            (
                (f"What did {story.who} lose?", f"{story.who} lost {article(story.thing)}."),
                (f"Who found the {story.thing}?", f"{story.finder} found it."),
                (f"Where was the {story.thing} lost?", f"It was lost at {story.place}."),
                ("On which day did this happen?", f"It happened on a {story.day}."),
                (f"What does {story.who} do for a living?", f"{story.who} is {story.trade}."),
                (f"In which town does {story.who} work?", f"{story.who} works in {story.town}."),
                (f"What did {story.finder} get as thanks?", f"{story.finder} got some {story.food}."),
                (f"At what time was the {story.thing} found?", f"It was found at {story.hour} o'clock."),
                ("What was the weather like?", f"There was {story.weather}."),
            ),
            "question",
            n,
        )
        yield ask(f"Read the text and answer the question.\n\n{_text(story)}\n\nQuestion: {question}", answer)


def not_in_text() -> Iterator[Row]:
    """Yield questions that the text does not answer."""
    for n in range(300, 370):
        story = _story(n)
        question, what = choose(
            (
                (f"How old is {story.who}?", f"how old {story.who} is"),
                (f"What is the name of {story.finder}'s sister?", f"what {story.finder}'s sister is called"),
                (f"How much did the {story.thing} cost?", f"how much the {story.thing} cost"),
                (f"Which colour is the house of {story.who}?", f"which colour the house of {story.who} is"),
                (f"What does {story.finder} do for a living?", f"what {story.finder} does for a living"),
            ),
            "missing",
            n,
        )
        yield ask(
            f"Answer from the text alone; if it does not say, tell me so.\n\n{_text(story)}\n\nQuestion: {question}",
            f"The text does not say {what}.",
        )


def summary() -> Iterator[Row]:
    """Yield one-sentence summaries."""
    for n in range(400, 510):
        story = _story(n)
        yield ask(
            f"Summarise this text in one sentence.\n\n{_text(story)}",
            f"{story.who} lost {article(story.thing)} at {story.place}, and {story.finder}, who found it, "
            f"was thanked with {story.food}.",
        )


def title() -> Iterator[Row]:
    """Yield titles for the text."""
    for n in range(600, 650):
        story = _story(n)
        yield ask(
            f"Give this text a short title.\n\n{_text(story)}",
            f"The Lost {story.thing.title()} of {story.town}",
        )


def true_or_false() -> Iterator[Row]:
    """Yield statements to check against the text."""
    for n in range(700, 790):
        story = _story(n)
        claim = choose((story.thing, choose(LOST, "claim", n)), "right", n)
        right = claim == story.thing
        yield ask(
            f"{_text(story)}\n\nTrue or false: {story.who} lost {article(claim)}.",
            "True." if right else f"False: {story.who} lost {article(story.thing)}.",
        )


FAMILIES = (answer_from_text, not_in_text, summary, title, true_or_false)
