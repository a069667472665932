"""English words for the keys of the facts, and the quantities as English writes them."""

from medlong.exam.formulary.facts import Dose

_WORDS = {
    "raynauds_disease": "Raynaud's disease",
    "menieres_disease": "Ménière's disease",
    "crohns_disease": "Crohn's disease",
    "addisons_disease": "Addison's disease",
    "wilsons_disease": "Wilson's disease",
    "closed_angle_glaucoma": "closed-angle glaucoma",
    "sickle_cell_disease": "sickle-cell disease",
    # Where it is kept.
    "refrigerator": "in the refrigerator",
    "sealed_freezer": "in a sealed freezer",
    "amber_bottle": "in an amber bottle",
    "flushed_vial": "in a nitrogen-filled vial",
    "original_blister": "in the original blister",
    "foil_pouch": "in a foil pouch",
    "steel_cabinet": "in a steel cabinet",
    "lined_box": "in a lead-lined box",
    "airtight_jar": "in an airtight jar",
    "desiccant_tube": "in a tube with desiccant",
    "insulated_case": "in an insulated case",
    "dark_cupboard": "in a dark cupboard",
    # What an interaction does; {drugs} is the other drug.
    "raises_level": "raises the plasma level of {drugs}",
    "lowers_level": "lowers the plasma level of {drugs}",
    "slows_absorption": "slows the absorption of {drugs}",
    "adds_sedation": "adds to the unwanted effects of {drugs}",
    # Liver disease.
    "halve": "give half the amount",
    "no_change": "no change is needed",
    "lengthen_interval": "lengthen the interval between doses",
    "specialist_only": "leave the choice of dose to a specialist",
    "start_low": "start low and go slow",
    # Pregnancy and breast-feeding.
    "avoid_first_trimester": "should be avoided in the first trimester",
    "no_data": "has not been studied in pregnancy",
    "benefit_over_risk": "is given in pregnancy only if the benefit outweighs the risk",
    "avoid_throughout": "should be avoided throughout pregnancy",
    "trace_in_milk": "Only traces pass into breast milk",
    "stop_feeding": "Breast-feeding should be stopped during treatment",
    "watch_infant": "A breast-fed infant should be watched for poor feeding",
    # Taking it.
    "with_food": "with a meal",
    "empty_stomach": "on an empty stomach",
    "before_breakfast": "half an hour before breakfast",
    "at_bedtime": "last thing at night",
    "with_water": "with a full glass of water",
    "film_coated_tablets": "film-coated tablets",
    "skip": "A missed dose is left out and the next one taken as planned",
    "take_if_within_hours": "A missed dose is taken as soon as it is remembered, but not on the next day",
    "never_double": "A double dose must never be taken to make up for a forgotten one",
    "do_not_drive_first_week": "Patients should not drive during the first week",
    "no_effect": "Driving is not affected",
    "wait_for_effect": "Patients should learn how they react before they drive",
    # How and where a class acts.
    "partly_activates": "partly activates",
    "brain_stem": "in the brain stem",
    "smooth_muscle": "in smooth muscle",
    "mast_cells": "on mast cells",
    "renal_tubule": "in the renal tubule",
    "sensory_nerves": "on sensory nerves",
    "vessel_wall": "in the vessel wall",
    "gut_lining": "in the lining of the gut",
    "sinus_node": "in the sinus node",
    # How a class is used.
    "second_line": "are a second choice in most guidelines",
    "after_failure": "are tried once older treatments have failed",
    "specialist_start": "are started by a specialist and continued in general practice",
    "short_courses": "are meant for short courses",
    "long_term": "are suitable for long-term use",
    "older_adults": "Older adults need closer follow-up",
    "dehydration": "Treatment is paused during dehydration",
    "surgery": "Treatment is paused on the day of surgery",
    "low_body_weight": "Patients of low body weight need closer follow-up",
    "shift_work": "Shift workers should keep to fixed dosing times",
    "taper_weeks": "They are withdrawn slowly over {weeks} weeks",
    "stop_at_once": "They can be stopped at once, even after {weeks} weeks",
    "taper_by_quarter": "They are withdrawn by a quarter every {weeks} weeks",
}

_TIMES = {1: "once daily", 2: "twice daily", 3: "three times daily"}


def word(key: str) -> str:
    """Return the English for `key`: the listed words, else the key itself with spaces."""
    return _WORDS.get(key, key.replace("_", " "))


def dose(value: Dose, unit: str = "mg") -> str:
    """Return a dose as it is written on the page, such as "420 mg twice daily"."""
    often = _TIMES[value.per_day] if value.per_day else f"every {value.every_h} hours"
    return f"{value.amount} {unit} {often}"


def hours(value: int) -> str:
    """Return a duration in hours, such as "14 hours"."""
    return f"{value} hours"


def listing(keys: tuple[str, ...]) -> str:
    """Return the words for `keys` as an English enumeration without a serial comma."""
    words = [word(key) for key in keys]
    return f"{', '.join(words[:-1])} and {words[-1]}"
