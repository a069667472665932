"""English sentences with slots: several for each section, so that pages do not read as one form."""

SECTIONS: dict[str, tuple[str, ...]] = {
    "class": (
        "{name} belongs to the {classes}.",
        "{name} is one of the {classes}.",
        "{name} is a member of the {classes}.",
    ),
    "indication": (
        "{name} is used to treat {indication}.",
        "{name} is used in adults to treat {indication}.",
        "{name} is used mainly to treat {indication}.",
    ),
    "dose": (
        "The usual adult dose of {name} is {dose}.",
        "The usual adult dose of {name}, by mouth, is {dose}.",
        "In most patients, the usual adult dose of {name} is {dose}.",
    ),
    "titration": (
        "The dose is built up over {weeks} weeks.",
        "Start with a third of the dose and increase it every {weeks} days if it is tolerated.",
        "If there is no response after {weeks} weeks, treatment should be stopped. Higher doses bring no benefit.",
    ),
    "child": (
        "The dose of {name} for children is {child}.",
        "The dose of {name} for children over {years} years is {child}.",
        "From the age of {years} years, the dose of {name} for children is {child}.",
    ),
    "renal": (
        "In severe renal impairment the dose of {name} is {renal}.",
        "If eGFR is below 30 mL/min, that is in severe renal impairment, the dose of {name} is {renal}.",
        "The dose of {name} in severe renal impairment is {renal}.",
    ),
    "hepatic": (
        "In liver disease, {hepatic}.",
        "For patients with cirrhosis: {hepatic}.",
        "Where liver function is poor, {hepatic}. The first month calls for the most care.",
    ),
    "timing": (
        "It is taken {timing}.",
        "Take it {timing}.",
        "Doses are best taken {timing}, at the same hour each day.",
    ),
    "missed": ("{missed}.", "{missed}. Patients should be told so at the start."),
    "contraindication": (
        "{name} is contraindicated in patients with {contraindication}.",
        "{name} is contraindicated in {contraindication}.",
        "Because of reported deaths, {name} is contraindicated in patients with {contraindication}.",
    ),
    "interaction": (
        "It {interaction}.",
        "Taken together, it {interaction}.",
        "It {interaction}, so the two are combined only if there is no other choice. Ask about all other medicines.",
    ),
    "effects": (
        "Patients report {effects}.",
        "It can bring on {effects}.",
        "Up to {percent}% of patients have {effects}.",
    ),
    "absent": (
        "The adverse effect of related drugs that {name} does not cause is {absent}.",
        "There is one adverse effect of related drugs that {name} does not cause: {absent}.",
        "Note the adverse effect of related drugs that {name} does not cause: {absent}.",
    ),
    "monitoring": (
        "During treatment with {name}, monitor the {monitoring}.",
        "During treatment with {name}, monitor the {monitoring} every {weeks} weeks.",
        "The value to monitor during treatment with {name} is the {monitoring}.",
    ),
    "antidote": (
        "The antidote to {name} is {antidote}.",
        "In overdose, the antidote to {name} is {antidote}.",
        "There is no need for dialysis: the antidote to {name} is {antidote}.",
    ),
    "pregnancy": (
        "It {pregnancy}.",
        "This medicine {pregnancy}.",
        "It {pregnancy}. Women who may conceive should use contraception.",
    ),
    "mechanism": (
        "It {acts} the {target} receptor {site}.",
        "Its action rests on one receptor: it {acts} {target} {site}.",
        "At usual doses it {acts} the {target} receptor {site}; other receptors are spared.",
    ),
    "half_life": (
        "The half-life of {name} is {half_life}.",
        "In healthy adults, the half-life of {name} is {half_life}.",
        "The plasma half-life of {name} is {half_life}.",
    ),
    "elimination": (
        "{name} is eliminated by {elimination}.",
        "{name} is eliminated mainly by {elimination}.",
        "After metabolism in tissues, {name} is eliminated by {elimination}.",
    ),
    "peak": (
        "Plasma levels peak after {peak} minutes.",
        "Peak levels are reached {peak} minutes after a dose.",
        "Absorption is complete; levels peak {peak} minutes after a dose by mouth.",
    ),
    "bound": (
        "Binding to plasma proteins is {bound}%.",
        "About {bound}% is bound to plasma proteins, mostly albumin.",
    ),
    "storage": (
        "{name} must be stored {storage}.",
        "Until it is dispensed, {name} must be stored {storage}.",
        "At home and in the pharmacy, {name} must be stored {storage}.",
    ),
    "form": ("It is supplied as {form}.", "Presentation: {form}, in packs of {pack}."),
    "breastfeeding": ("{breastfeeding}.",),
    "driving": ("{driving}.",),
}

LABELS = {
    "dosing": ("Dose", "Dosage", "Posology"),
    "safety": ("Safety", "Warnings", "Cautions"),
    "kinetics": ("Pharmacology", "Kinetics", "Properties"),
    "pharmacy": ("Supply", "Handling", "Practical points"),
}

CHAPTER_OPENING = (
    "The {classes} {use}.",
    "Most {classes} {use}.",
    "This chapter covers the {classes}. They {use}.",
)
CHAPTER_AVOID = (
    "The substance that must not be taken with the {classes} is {avoid}.",
    "A patient should know the substance that must not be taken with the {classes}: {avoid}.",
    "With any of the {classes}, the substance that must not be taken is {avoid}.",
)
CHAPTER_MECHANISM = (
    "All of them act on the {target} receptor {site}.",
    "What the members share is a {target} receptor {site} as their point of attack.",
    "Their common target is the {target} receptor {site}, and they differ mainly in how long they act.",
)
CHAPTER_REST = (
    "{caution}. {withdrawal}.",
    "{withdrawal}. {caution}.",
    "{caution}, above all in the first weeks. {withdrawal}.",
)
CHAPTER_EXTRA = (
    "The monographs of the single drugs give doses and adverse effects.",
    "Members are not interchangeable, and a switch from one to another needs a new prescription.",
    "A first effect is seen within days, the full effect after {weeks} weeks.",
    "Tolerance has not been reported, and none of them is a controlled drug.",
)

QUESTIONS: dict[str, tuple[str, ...]] = {
    "dose": ("What is the usual adult dose of {name}?",),
    "half_life": ("What is the half-life of {name}?",),
    "storage": ("How must {name} be stored?",),
    "indication": ("Which condition is {name} used to treat?",),
    "monitoring": ("What is there to monitor during treatment with {name}?",),
    "antidote": ("What is the antidote to {name}?",),
    "elimination": ("By which process is {name} eliminated?",),
    "contraindication": ("In patients with which disease is {name} contraindicated?",),
    "child": ("What is the dose of {name} for children?",),
    "renal": ("What is the dose of {name} in severe renal impairment?",),
    "two_hop": ("Which substance must not be taken with {name}, given the class it belongs to?",),
    "exception": ("What is the adverse effect of related drugs that {name} does not cause?",),
}
