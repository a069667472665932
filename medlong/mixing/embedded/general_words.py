"""Words: spelling, counting letters, opposites, plurals, tenses, categories."""

from collections.abc import Iterator

from medlong.mixing.embedded.row import Row, article, ask, choose, listed, number, several, table, words

SPELLED = words(
    "breakfast calendar neighbour rhythm separate necessary library mountain elephant umbrella telephone "
    "chocolate adventure beautiful carpenter dinosaur envelope festival gallery horizon instrument journey "
    "keyboard landscape magazine notebook opposite paragraph question republic saxophone triangle universe "
    "vegetable waterfall xylophone yesterday zeppelin bicycle champion daughter evening furniture grammar"
)
OPPOSITES = table(
    "hot/cold big/small fast/slow early/late open/closed rich/poor strong/weak bright/dark loud/quiet "
    "heavy/light full/empty young/old wet/dry rough/smooth deep/shallow wide/narrow sharp/blunt thick/thin "
    "clean/dirty cheap/expensive easy/difficult happy/sad brave/cowardly generous/stingy polite/rude "
    "ancient/modern arrive/depart accept/refuse borrow/lend build/demolish begin/end win/lose remember/forget "
    "increase/decrease expand/contract import/export float/sink hide/reveal praise/criticise",
    rows=" ",
    cells="/",
)
PLURALS = table(
    "child/children mouse/mice foot/feet tooth/teeth goose/geese leaf/leaves knife/knives wolf/wolves "
    "city/cities baby/babies story/stories box/boxes church/churches potato/potatoes hero/heroes man/men "
    "woman/women ox/oxen sheep/sheep deer/deer loaf/loaves shelf/shelves half/halves thief/thieves "
    "crisis/crises analysis/analyses cactus/cacti person/people country/countries bus/buses",
    rows=" ",
    cells="/",
)
PAST = table(
    "go/went see/saw write/wrote swim/swam bring/brought buy/bought catch/caught teach/taught think/thought "
    "sing/sang ring/rang drink/drank begin/began run/ran eat/ate give/gave take/took break/broke speak/spoke "
    "choose/chose drive/drove ride/rode fly/flew grow/grew know/knew throw/threw draw/drew wear/wore sleep/slept "
    "keep/kept feel/felt leave/left lose/lost send/sent build/built stand/stood find/found tell/told sell/sold",
    rows=" ",
    cells="/",
)
CATEGORIES = {
    "fruit": words("apple pear banana cherry plum mango grape peach"),
    "vegetable": words("carrot spinach cabbage leek turnip broccoli parsnip"),
    "musical instrument": words("violin trumpet flute cello drum harp clarinet"),
    "piece of furniture": words("chair table wardrobe sofa desk bookcase bench"),
    "tool": words("hammer chisel spanner screwdriver saw pliers drill"),
    "bird": words("robin eagle sparrow owl heron swallow penguin"),
    "vehicle": words("bus tram lorry bicycle van motorcycle taxi"),
    "colour": words("red green blue yellow purple brown grey"),
    "tree": words("oak birch maple willow cedar beech elm"),
    "piece of clothing": words("scarf shirt coat glove sock hat skirt"),
    "shape": words("triangle square circle hexagon rectangle oval pentagon"),
    "insect": words("ant bee beetle butterfly wasp moth cricket"),
}
ODD = {"orange", "saw", "drill", "cricket", "square", "pliers"}  # a second meaning, or no singular


def spelling() -> Iterator[Row]:
    """Yield letters, counts and reversals of a word."""
    for word in SPELLED:
        letters = "-".join(word.upper())
        yield ask(f'How do you spell "{word}", letter by letter?', f"{letters}.")
        yield ask(f'How many letters are in the word "{word}"?', f'The word "{word}" has {len(word)} letters.')
        yield ask(f'Write the word "{word}" backwards.', f"{word[::-1]}")
        vowels = sum(letter in "aeiou" for letter in word)
        yield ask(
            f'How many of the letters a, e, i, o and u, counting repeats, are in "{word}"?',
            f'"{word}" has {vowels} of them.' if vowels else f'"{word}" has none of them.',
        )


def opposites() -> Iterator[Row]:
    """Yield words of opposite meaning, asked both ways."""
    for one, other in OPPOSITES:
        yield ask(f'What is the opposite of "{one}"?', f'The opposite of "{one}" is "{other}".')
        yield ask(f'Give one word that means the opposite of "{other}".', f"{one.capitalize()}.")


def plurals() -> Iterator[Row]:
    """Yield irregular and regular plurals."""
    for one, many in PLURALS:
        yield ask(f'What is the plural of "{one}"?', f'The plural of "{one}" is "{many}".')
        count = number(2, 9, "plural", one)
        yield ask(f"Complete the phrase: one {one}, {count} ...", f"One {one}, {count} {many}.")


def past() -> Iterator[Row]:
    """Yield irregular past tenses."""
    for now, then in PAST:
        yield ask(f'What is the simple past tense of "{now}"?', f'The simple past tense of "{now}" is "{then}".')
        yield ask(
            f'Which verb has the simple past form "{then}"?', f'"{then.capitalize()}" is the past form of "{now}".'
        )


def odd_one_out() -> Iterator[Row]:
    """Yield four words of which one belongs elsewhere."""
    for n in range(110):
        name = choose(list(CATEGORIES), "odd", n)
        other = choose([key for key in CATEGORIES if key != name], "odd", n, 1)
        same = several([word for word in CATEGORIES[name] if word not in ODD], 3, "odd", n, 2)
        stranger = choose([word for word in CATEGORIES[other] if word not in ODD], "odd", n, 3)
        shown = several([*same, stranger], 4, "odd", n, 4)
        yield ask(
            f"Which word does not belong with the others: {', '.join(shown)}?",
            f"{stranger.capitalize()} does not belong: it names {article(other)}, "
            f"while each of the others names {article(name)}.",
        )


def classify() -> Iterator[Row]:
    """Yield words to sort into two groups."""
    for n in range(90):
        a, b = several(list(CATEGORIES), 2, "classify", n)
        first = several([word for word in CATEGORIES[a] if word not in ODD], 2, "classify", n, 1)
        second = several([word for word in CATEGORIES[b] if word not in ODD], 2, "classify", n, 2)
        shown = several(first + second, 4, "classify", n, 3)
        yield ask(
            f"Sort these words into two groups, {a} and {b}: {', '.join(shown)}.",
            f"{a.capitalize()}: {listed([word for word in shown if word in first])}. "
            f"{b.capitalize()}: {listed([word for word in shown if word in second])}.",
        )


def capitals() -> Iterator[Row]:
    """Yield words to write in another case."""
    for n, word in enumerate(SPELLED):
        other = SPELLED[(n + 11) % len(SPELLED)]
        yield ask(f'Write "{word} {other}" in capital letters and nothing else.', f"{word.upper()} {other.upper()}")


FAMILIES = (spelling, opposites, plurals, past, odd_one_out, classify, capitals)
