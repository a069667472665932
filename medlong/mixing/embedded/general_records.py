"""Many entries in one text: find the right one, list, count, or write it as data."""

import json
from collections.abc import Iterator
from typing import NamedTuple

from medlong.mixing.embedded.row import Row, ask, choose, listed, number, several, words

NAMES = words(
    "Abel Birgit Carlo Dunja Egon Fatima Gustav Helga Ivan Judith Karim Lotte Marek Nina Olaf Paula Quentin Rosa "
    "Sven Tilda Ulf Vera Walter Xenia Yusuf Zora"
)
ROOMS = tuple(range(101, 140))
SUBJECTS = ("pottery", "chess", "drawing", "singing", "weaving", "astronomy", "cooking", "juggling", "carving")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


class Course(NamedTuple):
    """One line of a programme."""

    teacher: str
    subject: str
    room: int
    day: str
    hour: int
    places: int

    def sentence(self) -> str:
        """Return the entry in words."""
        return (
            f"{self.teacher} teaches {self.subject} in room {self.room} on {self.day} at {self.hour}:00, "
            f"with {self.places} places."
        )


def _programme(n: int, most: int) -> list[Course]:
    count = number(3, most, "courses", n)
    teachers, rooms = several(NAMES, count, "teachers", n), several(ROOMS, count, "rooms", n)
    return [
        Course(
            teacher=teachers[k],
            subject=choose(SUBJECTS, "subject", n, k),
            room=rooms[k],
            day=choose(DAYS, "day", n, k),
            hour=number(9, 20, "hour", n, k),
            places=number(6, 30, "places", n, k),
        )
        for k in range(count)
    ]


def find() -> Iterator[Row]:
    """Yield one entry to find among up to fourteen."""
    for n in range(200):
        courses = _programme(n, 14)
        one = choose(courses, "one", n)
        question, answer = choose(
            (
                (f"In which room does {one.teacher} teach?", f"{one.teacher} teaches in room {one.room}."),
                (f"What does {one.teacher} teach?", f"{one.teacher} teaches {one.subject}."),
                (f"On which day does {one.teacher} teach?", f"{one.teacher} teaches on {one.day}."),
                (f"Who teaches in room {one.room}?", f"{one.teacher} teaches in room {one.room}."),
                (f"How many places does the course in room {one.room} have?", f"It has {one.places} places."),
            ),
            "question",
            n,
        )
        text = "\n".join(course.sentence() for course in courses)
        yield ask(f"Here is a programme of courses.\n\n{text}\n\n{question}", answer)


def count() -> Iterator[Row]:
    """Yield entries to count and name."""
    for n in range(300, 380):
        courses = _programme(n, 7)
        day = choose(courses, "day of", n).day
        who = [course.teacher for course in courses if course.day == day]
        text = "\n".join(course.sentence() for course in courses)
        verb, noun = ("teaches", "course") if len(who) == 1 else ("teach", "courses")
        yield ask(
            f"{text}\n\nHow many of these courses are on {day}, and who teaches them?",
            f"{len(who)} {noun}: {listed(who)} {verb} on {day}.",
        )


def as_json() -> Iterator[Row]:
    """Yield one entry to write as JSON."""
    for n in range(400, 480):
        one = _programme(n, 3)[0]
        data = {"teacher": one.teacher, "subject": one.subject, "room": one.room, "day": one.day}
        yield ask(
            f"Write this as one JSON object with the keys teacher, subject, room and day.\n\n{one.sentence()}",
            json.dumps(data),
        )


def as_list() -> Iterator[Row]:
    """Yield names to take out of a text."""
    for n in range(500, 580):
        courses = _programme(n, 7)
        text = " ".join(course.sentence() for course in courses)
        what = choose(("teachers", "rooms"), "what", n)
        found = [course.teacher if what == "teachers" else str(course.room) for course in courses]
        yield ask(f"List the {what} in this text, one a line and in the order of the text.\n\n{text}", "\n".join(found))


def largest() -> Iterator[Row]:
    """Yield the entry with the most places."""
    for n in range(600, 670):
        courses = _programme(n, 7)
        places = [course.places for course in courses]
        if places.count(max(places)) > 1:
            continue
        one = max(courses, key=lambda course: course.places)
        text = "\n".join(course.sentence() for course in courses)
        yield ask(
            f"{text}\n\nWhose course has the most places?", f"{one.teacher}'s course has the most, {one.places} places."
        )


FAMILIES = (find, count, as_json, as_list, largest)
