"""Facts everyone can look up: capitals, continents, elements, planets, animals, inventions of daily life."""

from collections.abc import Iterator

from medlong.mixing.embedded.row import Row, article, ask, choose, several, table

COUNTRIES = table(
    "France/Paris/Europe|Germany/Berlin/Europe|Italy/Rome/Europe|Spain/Madrid/Europe|Portugal/Lisbon/Europe|"
    "Austria/Vienna/Europe|Belgium/Brussels/Europe|Denmark/Copenhagen/Europe|Norway/Oslo/Europe|"
    "Sweden/Stockholm/Europe|Finland/Helsinki/Europe|Iceland/Reykjavik/Europe|Ireland/Dublin/Europe|"
    "Greece/Athens/Europe|Poland/Warsaw/Europe|Hungary/Budapest/Europe|Romania/Bucharest/Europe|"
    "Bulgaria/Sofia/Europe|Croatia/Zagreb/Europe|Serbia/Belgrade/Europe|Slovenia/Ljubljana/Europe|"
    "Slovakia/Bratislava/Europe|Estonia/Tallinn/Europe|Latvia/Riga/Europe|Lithuania/Vilnius/Europe|"
    "Ukraine/Kyiv/Europe|Albania/Tirana/Europe|Malta/Valletta/Europe|Japan/Tokyo/Asia|China/Beijing/Asia|"
    "India/New Delhi/Asia|Nepal/Kathmandu/Asia|Thailand/Bangkok/Asia|Vietnam/Hanoi/Asia|"
    "Mongolia/Ulaanbaatar/Asia|South Korea/Seoul/Asia|Pakistan/Islamabad/Asia|Bangladesh/Dhaka/Asia|"
    "Iran/Tehran/Asia|Iraq/Baghdad/Asia|Saudi Arabia/Riyadh/Asia|Jordan/Amman/Asia|Lebanon/Beirut/Asia|"
    "Uzbekistan/Tashkent/Asia|Cambodia/Phnom Penh/Asia|Laos/Vientiane/Asia|Qatar/Doha/Asia|Oman/Muscat/Asia|"
    "Egypt/Cairo/Africa|Kenya/Nairobi/Africa|Ghana/Accra/Africa|Nigeria/Abuja/Africa|Ethiopia/Addis Ababa/Africa|"
    "Morocco/Rabat/Africa|Tunisia/Tunis/Africa|Algeria/Algiers/Africa|Senegal/Dakar/Africa|Uganda/Kampala/Africa|"
    "Rwanda/Kigali/Africa|Zambia/Lusaka/Africa|Zimbabwe/Harare/Africa|Angola/Luanda/Africa|Mali/Bamako/Africa|"
    "Namibia/Windhoek/Africa|Botswana/Gaborone/Africa|Madagascar/Antananarivo/Africa|Sudan/Khartoum/Africa|"
    "Canada/Ottawa/North America|Mexico/Mexico City/North America|Cuba/Havana/North America|"
    "Jamaica/Kingston/North America|Costa Rica/San Jose/North America|Panama/Panama City/North America|"
    "Guatemala/Guatemala City/North America|Nicaragua/Managua/North America|Honduras/Tegucigalpa/North America|"
    "Brazil/Brasilia/South America|Argentina/Buenos Aires/South America|Chile/Santiago/South America|"
    "Peru/Lima/South America|Colombia/Bogota/South America|Ecuador/Quito/South America|"
    "Uruguay/Montevideo/South America|Paraguay/Asuncion/South America|Venezuela/Caracas/South America|"
    "Australia/Canberra/Oceania|New Zealand/Wellington/Oceania|Fiji/Suva/Oceania|Samoa/Apia/Oceania",
    rows="|",
    cells="/",
)
ELEMENTS = table(
    "hydrogen/H/1 helium/He/2 lithium/Li/3 beryllium/Be/4 boron/B/5 carbon/C/6 nitrogen/N/7 oxygen/O/8 fluorine/F/9 "
    "neon/Ne/10 sodium/Na/11 magnesium/Mg/12 aluminium/Al/13 silicon/Si/14 phosphorus/P/15 sulfur/S/16 "
    "chlorine/Cl/17 argon/Ar/18 potassium/K/19 calcium/Ca/20 titanium/Ti/22 chromium/Cr/24 manganese/Mn/25 "
    "iron/Fe/26 cobalt/Co/27 nickel/Ni/28 copper/Cu/29 zinc/Zn/30 bromine/Br/35 silver/Ag/47 tin/Sn/50 "
    "iodine/I/53 gold/Au/79 mercury/Hg/80 lead/Pb/82 uranium/U/92",
    rows=" ",
    cells="/",
)
PLANETS = ("Mercury", "Venus", "Earth", "Mars", "Jupiter", "Saturn", "Uranus", "Neptune")
YOUNG = table(
    "dog/puppy cat/kitten cow/calf horse/foal sheep/lamb goat/kid pig/piglet duck/duckling goose/gosling "
    "swan/cygnet deer/fawn lion/cub kangaroo/joey owl/owlet eagle/eaglet hare/leveret",
    rows=" ",
    cells="/",
)
MAKERS = table(
    "bread/baker|furniture/carpenter|horseshoes/blacksmith|suits/tailor|shoes/shoemaker|pots/potter|barrels/cooper|"
    "walls of brick/bricklayer|maps/cartographer|buildings on paper/architect|bees/beekeeper|novels/novelist|"
    "statues/sculptor|symphonies/composer|wine/winemaker|hats/hatter|glass windows/glazier",
    rows="|",
    cells="/",
)
MAKES = {"architect": "designs", "beekeeper": "keeps"}
USES = table(
    "compass/finding which way is north|barometer/measuring air pressure|thermometer/measuring temperature|"
    "telescope/looking at distant things|ruler/measuring length|sieve/separating coarse bits from fine ones|"
    "anchor/holding a ship in place|kettle/boiling water|ladder/reaching high places|umbrella/keeping off the rain|"
    "odometer/measuring the distance a vehicle has travelled|seismograph/recording earthquakes|"
    "calculator/doing arithmetic|stopwatch/timing short events|corkscrew/pulling corks from bottles|"
    "hourglass/measuring a fixed span of time with sand|periscope/seeing over an obstacle|"
    "spirit level/checking that a surface is horizontal|wheelbarrow/moving heavy loads in a garden|"
    "lighthouse/warning ships near the coast|thimble/protecting a finger while sewing|easel/holding a painting",
    rows="|",
    cells="/",
)


def capitals() -> Iterator[Row]:
    """Yield capitals, asked both ways."""
    for country, capital, _ in COUNTRIES:
        yield ask(f"What is the capital of {country}?", f"The capital of {country} is {capital}.")
        yield ask(f"{capital} is the capital of which country?", f"{capital} is the capital of {country}.")


def continents() -> Iterator[Row]:
    """Yield the continent of a country, and countries that lie elsewhere."""
    for country, _, continent in COUNTRIES:
        yield ask(f"On which continent is {country}?", f"{country} is in {continent}.")
    names = sorted({continent for _, _, continent in COUNTRIES})
    for n in range(60):
        here = names[n % len(names)]
        inside = choose([name for name, _, place in COUNTRIES if place == here], "inside", n)
        outside = several([name for name, _, place in COUNTRIES if place != here], 3, "outside", n)
        shown = several([inside, *outside], 4, "shown", n)
        yield ask(
            f"Which of these countries is in {here}: {', '.join(shown)}?",
            f"{inside} is in {here}; the other three are not.",
        )


def elements() -> Iterator[Row]:
    """Yield symbols and atomic numbers."""
    for name, symbol, atomic in ELEMENTS:
        yield ask(f"What is the chemical symbol of {name}?", f"The chemical symbol of {name} is {symbol}.")
        yield ask(f"Which element has the symbol {symbol}?", f"{symbol} is the symbol of {name}.")
        yield ask(f"What is the atomic number of {name}?", f"The atomic number of {name} is {atomic}.")


def planets() -> Iterator[Row]:
    """Yield the order of the planets from the Sun."""
    places = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
    for n, (name, place) in enumerate(zip(PLANETS, places, strict=True)):
        yield ask(f"Which planet is the {place} from the Sun?", f"{name} is the {place} planet from the Sun.")
        if n:
            yield ask(
                f"Which planet comes just before {name}, counting from the Sun?",
                f"{PLANETS[n - 1]} comes just before {name}.",
            )


def animals() -> Iterator[Row]:
    """Yield names of young animals."""
    for adult, young in YOUNG:
        yield ask(f"What is a young {adult} called?", f"A young {adult} is called {article(young)}.")
        one = article(adult)
        yield ask(f"What is the young of {one} called?", f"The young of {one} is called {article(young)}.")
    yield ask("What is the larva of a frog called?", "The larva of a frog is called a tadpole.")


def makers() -> Iterator[Row]:
    """Yield who makes what."""
    for thing, who in MAKERS:
        verb = MAKES.get(who, "makes")
        yield ask(f"Who {verb} {thing} for a living?", f"{article(who).capitalize()} {verb} {thing}.")


def uses() -> Iterator[Row]:
    """Yield what everyday instruments are for."""
    for thing, use in USES:
        yield ask(f"What is {article(thing)} used for?", f"{article(thing).capitalize()} is used for {use}.")
        yield ask(f"Name something used for {use}.", f"{article(thing).capitalize()}.")


FAMILIES = (capitals, continents, elements, planets, animals, makers, uses)
