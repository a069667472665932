"""Usual adult reference ranges, and values to place in them. Laboratories differ a little."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from medlong.mixing.embedded.row import Row, ask, choose, number, table


class Range(NamedTuple):
    """One reference range of adults, both ends included."""

    name: str
    low: str
    high: str
    unit: str
    below: str
    above: str


RANGES = tuple(
    Range(*entry)
    for entry in table(
        """
        serum sodium = 135 = 145 = mmol per litre = hyponatraemia = hypernatraemia
        serum potassium = 3.5 = 5.0 = mmol per litre = hypokalaemia = hyperkalaemia
        serum chloride = 98 = 107 = mmol per litre = hypochloraemia = hyperchloraemia
        total serum calcium = 2.20 = 2.60 = mmol per litre = hypocalcaemia = hypercalcaemia
        serum magnesium = 0.70 = 1.00 = mmol per litre = hypomagnesaemia = hypermagnesaemia
        serum phosphate = 0.80 = 1.50 = mmol per litre = hypophosphataemia = hyperphosphataemia
        fasting plasma glucose = 4.0 = 5.5 = mmol per litre = a low glucose = a raised fasting glucose
        arterial blood pH = 7.35 = 7.45 = (no unit) = acidaemia = alkalaemia
        arterial carbon dioxide pressure = 35 = 45 = mmHg = hypocapnia = hypercapnia
        serum bicarbonate = 22 = 28 = mmol per litre = a low bicarbonate = a raised bicarbonate
        resting heart rate = 60 = 100 = beats per minute = bradycardia = tachycardia
        resting breathing rate = 12 = 20 = breaths per minute = bradypnoea = tachypnoea
        platelet count = 150 = 400 = x 10^9 per litre = thrombocytopenia = thrombocytosis
        white cell count = 4.0 = 11.0 = x 10^9 per litre = leukopenia = leukocytosis
        serum albumin = 35 = 50 = g per litre = hypoalbuminaemia = hyperalbuminaemia
        haemoglobin of a man = 130 = 170 = g per litre = anaemia = a raised haemoglobin
        haemoglobin of a woman who is not pregnant = 120 = 150 = g per litre = anaemia = a raised haemoglobin
        mean cell volume = 80 = 100 = femtolitres = microcytosis = macrocytosis
        thyroid-stimulating hormone = 0.4 = 4.0 = milliunits per litre = a suppressed level = a raised level
        """
    )
)


def ranges() -> Iterator[Row]:
    """Yield the ranges themselves and the words for values outside."""
    for entry in RANGES:
        unit = "" if entry.unit.startswith("(") else f" {entry.unit}"
        yield ask(
            f"What is a usual adult reference range of the {entry.name}?",
            f"A usual range is {entry.low} to {entry.high}{unit}; laboratories differ a little.",
        )
        yield ask(f"What is it called when the {entry.name} is below its range?", f"It is called {entry.below}.")
        yield ask(f"What is it called when the {entry.name} is above its range?", f"It is called {entry.above}.")


def values() -> Iterator[Row]:
    """Yield values to call low, normal or high."""
    for n in range(260):
        entry = RANGES[n % len(RANGES)]
        low, high = Decimal(entry.low), Decimal(entry.high)
        step = Decimal(1).scaleb(low.as_tuple().exponent)  # type: ignore[arg-type]
        width = int((high - low) / step)
        where = choose(("below", "inside", "above"), "where", n)
        if where == "below":
            value = low - step * number(1, max(1, width // 4), "below", n)
        elif where == "above":
            value = high + step * number(1, max(1, width // 2), "above", n)
        else:
            value = low + step * number(0, width, "inside", n)
        unit = "" if entry.unit.startswith("(") else f" {entry.unit}"
        verdict = {
            "below": f"It is low, below {entry.low}: {entry.below}.",
            "inside": f"It is within the range of {entry.low} to {entry.high}.",
            "above": f"It is high, above {entry.high}: {entry.above}.",
        }[where]
        yield ask(
            f"Result of an adult, {entry.name}: {value}{unit}. The range is {entry.low} to {entry.high}. "
            "Is this low, within the range or high?",
            verdict,
        )


def thresholds() -> Iterator[Row]:
    """Yield single numbers that are worth knowing."""
    facts = (
        ("normal body temperature of an adult", "about 36.5 to 37.5 degrees Celsius"),
        ("body temperature that is commonly called fever", "38.0 degrees Celsius or more"),
        ("core temperature that defines hypothermia", "below 35 degrees Celsius"),
        ("rate of chest compressions in CPR of an adult", "100 to 120 per minute"),
        ("depth of chest compressions in CPR of an adult", "about 5 to 6 cm"),
        ("ratio of compressions to breaths in CPR of an adult", "30 to 2"),
        ("body mass index that defines obesity in adults", "30 kg/m2 or more"),
        ("body mass index that defines underweight in adults", "below 18.5 kg/m2"),
        ("usual length of a pregnancy from the last period", "about 40 weeks, or 280 days"),
        ("gestation before which a birth is preterm", "37 completed weeks"),
        ("birth weight below which it is called low", "2,500 g"),
        ("number of chromosomes of a human body cell", "46, in 23 pairs"),
        ("number of bones of an adult", "206"),
        ("number of cervical vertebrae", "7"),
        ("number of thoracic vertebrae", "12"),
        ("number of lumbar vertebrae", "5"),
        ("number of pairs of ribs", "12"),
        ("number of adult teeth, wisdom teeth included", "32"),
        ("number of milk teeth", "20"),
        ("number of heart chambers", "4"),
        ("number of lobes of the right lung", "3"),
        ("number of lobes of the left lung", "2"),
        ("number of pairs of cranial nerves", "12"),
        ("life span of a red blood cell", "about 120 days"),
        ("blood volume of an adult", "about 5 litres"),
        ("HbA1c that indicates diabetes", "48 mmol/mol (6.5%) or more"),
        ("fasting plasma glucose that indicates diabetes", "7.0 mmol per litre or more"),
        ("lowest and highest score of the Glasgow Coma Scale", "3 and 15"),
        ("highest Apgar score", "10"),
        ("usual oxygen saturation of a healthy adult at sea level", "about 95 to 100%"),
    )
    for what, value in facts:
        yield ask(f"State the {what}.", f"The {what} is {value}." if " and " not in what else f"They are {value}.")


FAMILIES = (ranges, values, thresholds)
