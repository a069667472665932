"""What long rows say around their passages, in each language, and the turns of a row.

Nothing here is the exam's: no mark before the question, no options, no reply line, no book. A model that
learns from these rows learns to find a passage, not the form in which the exam asks.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from medlong.hashing import keyed
from medlong.mixing.content import Message
from medlong.mixing.passages import VERSION, Ground

LAST_NUMBER = 8888
"""Stands for the number of the cited passage before it is known."""


class Wording(NamedTuple):
    """Sentences of one language; which of each list a row has is drawn by a hash of the row."""

    task: tuple[str, ...]
    quote: tuple[str, ...]
    """Asks for the answer as a quotation: for rows whose answer is the opening of their passage."""

    say_so: tuple[str, ...]
    """What to do when no passage has the answer."""

    cite: tuple[str, ...]
    """Asks for the passage's number; {} is the word of the headings."""

    headings: tuple[str, ...]
    cited: tuple[str, ...]
    """An answer with its passage's heading."""

    absent: tuple[str, ...]
    """The answer where no passage has one."""

    between: str
    """What stands between two sentences."""


ENGLISH = Wording(
    task=(
        "Here is a question and a set of numbered texts. Find the one that answers the question.",
        "Some texts are collected here, most of them about other matters. Use them to answer what is asked.",
        "Look through the numbered texts for what the reader wants to know.",
        "A reader has a question that one of the following texts may answer.",
        "Search this collection of texts and answer from it alone.",
    ),
    quote=(
        "Quote the sentences that begin the answer.",
        "Give the opening sentences of the answer, word for word.",
        "Answer with the first sentences of that text, a few at most.",
    ),
    say_so=(
        "If no text has the answer, say that none does.",
        "Should the answer be missing, say that it is missing.",
        "Say plainly when the texts leave it open.",
    ),
    cite=(
        "Name the {} that the answer stands in.",
        "Say which {} the answer comes from.",
        "Give the number of the {} as well.",
    ),
    headings=("Passage {}", "Text {}", "Document {}", "Extract {}"),
    cited=("{answer} ({heading})", "{heading}: {answer}", "{answer}\n\nSource: {heading}."),
    absent=(
        "None of these texts has the answer.",
        "The texts given here leave this open.",
        "I looked through all of the texts, and the answer is in none of them.",
        "This cannot be answered from these texts.",
    ),
    between=" ",
)

CHINESE = Wording(
    task=(
        "下面有一个问题和若干编号的材料，请从中找出能回答问题的那一份。",
        "这里收集了一些材料，多数与所问无关。请依靠它们回答。",
        "请在编号的材料中查找读者想知道的内容。",
        "请通读这些材料，并且只用其中的内容作答。",
    ),
    quote=(
        "请照原文给出开头的几句。",
        "请引用答案开头的句子。",
        "请用材料的原话作答，几句即可。",
    ),
    say_so=(
        "如果没有一份材料提到，请直接说明。",
        "找不到答案时，请说找不到。",
    ),
    cite=("请同时指出是哪一份{}。", "并请给出{}的编号。"),
    headings=("材料{}", "段落{}", "文献{}"),
    cited=("{answer}（{heading}）", "{heading}：{answer}"),
    absent=(
        "这些材料都没有提到答案。",
        "在所给的材料里找不到答案。",
        "仅凭这些材料无法回答这个问题。",
    ),
    between="",
)


def unit(what: str, name: str) -> Fraction:
    """A number from 0 to below 1 that depends on these two alone."""
    return Fraction(keyed(VERSION, what, name), 1 << 64)


class Sheet:
    """The wording of one row, all of it drawn by hashes of the question's row."""

    def __init__(self, found: Ground, cite: Fraction) -> None:
        self._found = found
        self._words: Wording = CHINESE if found.chinese else ENGLISH
        self._question_first = unit("question first", found.id) < Fraction(1, 2)
        self._cite = unit("cite", found.id) < cite
        self._heading = self._one("headings", self._words.headings)

    def heading(self, number: int) -> str:
        """Return the line above the passage of that number."""
        return self._heading.format(number)

    def frame(self, absent: bool) -> list[Message]:
        """Return the row with one letter in place of all passages."""
        return self._row("x", 0 if absent else LAST_NUMBER)

    def messages(self, passages: Sequence[Ground], number: int) -> list[Message]:
        """Return the row with these passages, of which the one of that number answers; 0 if none does."""
        numbered = (f"{self.heading(n)}\n{found.passage}" for n, found in enumerate(passages, start=1))
        return self._row("\n\n".join(numbered), number)

    def _row(self, passages: str, number: int) -> list[Message]:
        asked = [self._found.question, passages] if self._question_first else [passages, self._found.question]
        content = "\n\n".join([self._instruction(), *asked])
        return [Message(role="user", content=content), Message(role="assistant", content=self._answer(number))]

    def _instruction(self) -> str:
        words = self._words
        parts = [self._one("task", words.task)]
        if self._found.quoted:
            parts.append(self._one("quote", words.quote))
        if self._cite:
            word = self._heading.format("").strip()
            parts.append(self._one("cite", words.cite).format(word if self._found.chinese else word.lower()))
        parts.append(self._one("say so", words.say_so))
        return words.between.join(parts)

    def _answer(self, number: int) -> str:
        if not number:
            return self._one("absent", self._words.absent)
        if not self._cite:
            return self._found.answer
        form = self._one("cited", self._words.cited)
        return form.format(answer=self._found.answer, heading=self.heading(number))

    def _one(self, what: str, sentences: Sequence[str]) -> str:
        return sentences[keyed(VERSION, what, self._found.id) % len(sentences)]
