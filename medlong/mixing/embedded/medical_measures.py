"""Arithmetic of the bedside: body mass index, pressures, rates, laboratory units, scores, dates."""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from medlong.mixing.embedded.medical_doses import decimal
from medlong.mixing.embedded.row import Row, ask, number, words

MONTHS = words("January February March April May June July August September October November December")


def body_mass_index() -> Iterator[Row]:
    """Yield body mass indices with the classes of the World Health Organization."""
    for n in range(110):
        height, weight = number(148, 198, "height", n), number(42, 125, "bmi weight", n)
        index = Fraction(weight * 10000, height * height)
        shown = decimal(index, 1)
        name = _bmi_class(Fraction(shown))
        metres = decimal(Fraction(height, 100))
        yield ask(
            f"An adult weighs {weight} kg and is {metres} m tall. What is the body mass index, and how is it classed?",
            f"{weight} / ({metres} x {metres}) = {shown} kg/m2, which is classed as {name}.",
        )


def _bmi_class(index: Fraction) -> str:
    if index < Fraction("18.5"):
        return "underweight"
    if index < 25:
        return "normal weight"
    return "overweight" if index < 30 else "obesity"


def pressures() -> Iterator[Row]:
    """Yield mean arterial and pulse pressures."""
    for n in range(100):
        low = number(50, 100, "diastolic", n)
        high = low + 3 * number(9, 25, "pulse pressure", n)
        if n % 2:
            yield ask(
                f"The blood pressure is {high}/{low} mmHg. Estimate the mean arterial pressure.",
                f"Diastolic pressure plus a third of the pulse pressure: {low} + ({high} - {low}) / 3 = "
                f"{low + (high - low) // 3} mmHg.",
            )
        else:
            yield ask(
                f"The blood pressure is {high}/{low} mmHg. What is the pulse pressure?",
                f"{high} - {low} = {high - low} mmHg.",
            )


def rates() -> Iterator[Row]:
    """Yield heart and breathing rates from counts, and heart rates from an ECG."""
    for count in range(10, 41):
        yield ask(
            f"You count {count} pulse beats in 15 seconds. What is the heart rate?",
            f"{count} x 4 = {count * 4} beats per minute.",
        )
    for count in range(4, 20):
        yield ask(
            f"You count {count} breaths in 30 seconds. What is the breathing rate?",
            f"{count} x 2 = {count * 2} breaths per minute.",
        )
    for squares in range(2, 8):
        yield ask(
            f"On an ECG at 25 mm/s two R waves are {squares} large squares apart and the rhythm is regular. "
            "What is the heart rate?",
            f"300 / {squares} = {decimal(Fraction(300, squares), 0)} beats per minute.",
        )


def laboratory() -> Iterator[Row]:
    """Yield creatinine and glucose in both units, by 88.4 and 18."""
    for n in range(60):
        micromoles = 5 * number(8, 80, "creatinine", n)
        value = decimal(micromoles / Fraction("88.4"))
        yield ask(
            f"Convert a serum creatinine of {micromoles} micromol/L to mg/dL (divide by 88.4).",
            f"{micromoles} / 88.4 = {value} mg/dL.",
        )
    for n in range(80):
        tenths = number(25, 250, "glucose", n)
        shown = decimal(Fraction(tenths, 10), 1)
        value = decimal(Fraction(tenths, 10) * 18, 0)
        yield ask(
            f"Convert a blood glucose of {shown} mmol/L to mg/dL (multiply by 18).",
            f"{shown} x 18 = {value} mg/dL, to the nearest whole number.",
        )


def temperatures() -> Iterator[Row]:
    """Yield body temperatures in both units, and whether they are a fever."""
    for tenths in range(350, 412):
        shown = decimal(Fraction(tenths, 10), 1)
        other = decimal(Fraction(tenths, 10) * Fraction(9, 5) + 32, 1)
        verdict = "That is a fever" if tenths >= 380 else "That is no fever"
        yield ask(
            f"A body temperature is {shown} degrees Celsius. What is it in Fahrenheit, and is it 38.0 Celsius or more?",
            f"It is {other} degrees Fahrenheit. {verdict} by the limit of 38.0 degrees Celsius.",
        )


def coma_scale() -> Iterator[Row]:
    """Yield sums of the Glasgow Coma Scale."""
    for eyes in range(1, 5):
        for verbal in range(1, 6):
            for motor in range(1, 7):
                total = eyes + verbal + motor
                if (eyes + 2 * verbal + 3 * motor) % 3 == 0:
                    yield ask(
                        f"A patient scores eyes {eyes}, verbal {verbal} and motor {motor}. "
                        "What is the Glasgow Coma Scale score?",
                        f"{eyes} + {verbal} + {motor} = {total} out of 15.",
                    )


def pack_years() -> Iterator[Row]:
    """Yield pack-years of smoking, with 20 cigarettes to a pack."""
    for n in range(60):
        daily, years = 5 * number(1, 10, "cigarettes", n), number(2, 50, "years", n)
        packs = decimal(Fraction(daily, 20))
        yield ask(
            f"A person smoked {daily} cigarettes a day for {years} years. How many pack-years is that?",
            f"{daily} a day are {packs} packs of 20, so {packs} x {years} = {decimal(Fraction(daily * years, 20))} "
            "pack-years.",
        )


def due_dates() -> Iterator[Row]:
    """Yield expected dates of birth: 280 days after the first day of the last period."""
    for n in range(70):
        period = date(2022, 1, 1) + timedelta(days=number(0, 1200, "period", n))
        yield ask(
            f"The last menstrual period began on {_date(period)}. When is the baby due, counting 280 days?",
            f"280 days later is {_date(period + timedelta(days=280))}.",
        )


def _date(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def fluids() -> Iterator[Row]:
    """Yield fluid balances."""
    for n in range(80):
        drunk, drip = 50 * number(4, 40, "drunk", n), 50 * number(0, 40, "drip in", n)
        urine, lost = 50 * number(8, 50, "urine", n), 50 * number(0, 10, "lost", n)
        balance = drunk + drip - urine - lost
        words = f"{abs(balance)} mL {'positive' if balance > 0 else 'negative'}" if balance else "even"
        yield ask(
            f"In a day a patient drinks {drunk} mL, gets {drip} mL by drip, passes {urine} mL of urine and vomits "
            f"{lost} mL. What is the fluid balance?",
            f"In: {drunk + drip} mL; out: {urine + lost} mL. The balance is {words}.",
        )


def energy() -> Iterator[Row]:
    """Yield the energy of food from its carbohydrate, protein and fat."""
    for n in range(70):
        sugar, protein, fat = number(5, 90, "sugar", n), number(2, 50, "protein", n), number(1, 40, "fat", n)
        yield ask(
            f"A meal has {sugar} g of carbohydrate, {protein} g of protein and {fat} g of fat. "
            "How many kilocalories is that, at 4, 4 and 9 per gram?",
            f"{sugar} x 4 + {protein} x 4 + {fat} x 9 = {4 * sugar + 4 * protein + 9 * fat} kcal.",
        )


FAMILIES = (
    body_mass_index,
    pressures,
    rates,
    laboratory,
    temperatures,
    coma_scale,
    pack_years,
    due_dates,
    fluids,
    energy,
)
