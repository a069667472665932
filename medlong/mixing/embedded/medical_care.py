"""First aid, hygiene and everyday care, as general first-aid teaching has it."""

from collections.abc import Iterator

from medlong.mixing.embedded.row import Row, ask

FIRST_AID = (
    ("a nosebleed", "Sit the person leaning forward and pinch the soft part of the nose for 10 to 15 minutes."),
    ("a minor burn", "Cool the burn under cool running water for 20 minutes, and cover it loosely. Do not use ice."),
    ("heavy bleeding from an arm", "Press firmly on the wound with a clean cloth and call for emergency help."),
    (
        "an adult who has collapsed and is not breathing",
        "Call for help and an AED, and start chest compressions at once.",
    ),
    (
        "an unconscious person who breathes normally",
        "Put them in the recovery position, call for help and keep watching.",
    ),
    (
        "an adult who is choking and cannot cough",
        "Give up to five back blows, then up to five abdominal thrusts, in turn.",
    ),
    ("a baby under one year who is choking", "Give up to five back blows and then up to five chest thrusts, in turn."),
    ("a seizure", "Protect the head, move hard things away, time the seizure, and put nothing in the mouth."),
    ("a faint", "Lay the person down, raise the legs, loosen tight clothing and give fresh air."),
    ("a sprained ankle", "Rest it, cool it with a wrapped ice pack, compress it with a bandage and raise it."),
    ("a suspected broken arm", "Keep the arm still, support it with a sling or padding, and get medical help."),
    (
        "a suspected spinal injury",
        "Tell the person to keep still, steady the head in line, and call for emergency help.",
    ),
    (
        "chemicals splashed into an eye",
        "Rinse the eye with running water for at least 20 minutes and get medical help.",
    ),
    (
        "heat stroke",
        "Call for emergency help, move the person to the shade and cool them quickly with water and fanning.",
    ),
    ("heat exhaustion", "Move the person to a cool place, lay them down and give water in sips."),
    ("hypothermia", "Move the person to shelter, replace wet clothes, wrap them up, and warm them gradually."),
    (
        "frostbite",
        "Get to shelter, remove rings, and if the part cannot freeze again, re-warm it in water of about 37 to 39 "
        "degrees Celsius. Do not rub.",
    ),
    ("a bee sting", "Remove the sting quickly, wash the place, cool it, and watch for signs of anaphylaxis."),
    (
        "anaphylaxis",
        "Use the person's adrenaline auto-injector at once, call for emergency help and lay them down, or let them sit "
        "up if that makes breathing easier.",
    ),
    ("a suspected heart attack", "Call for emergency help, let the person sit and rest, and be ready to start CPR."),
    ("a suspected stroke", "Check face, arms and speech, note the time it began, and call for emergency help at once."),
    (
        "low blood sugar in a person who is awake and able to swallow",
        "Give fast sugar, such as juice or glucose, then a longer-acting snack.",
    ),
    (
        "a snake bite",
        "Keep the person calm and still, keep the limb still, and get emergency help. Do not cut or suck.",
    ),
    (
        "an animal bite",
        "Wash the wound well with soap and running water, cover it, and get medical advice on rabies and tetanus.",
    ),
    ("a knocked-out adult tooth", "Hold it by the crown, keep it in milk or saliva, and see a dentist at once."),
    ("an electric shock", "Switch off the current before touching the person, then check breathing and call for help."),
    ("swallowed poison", "Call the poison centre or emergency number, keep the container, and do not make them vomit."),
    (
        "an asthma attack",
        "Sit the person upright, help them use their reliever inhaler, and call for help if it does not work.",
    ),
    ("an object stuck deep in a wound", "Leave it in place, press on both sides of it, and get emergency help."),
    ("smoke inhalation", "Move the person to fresh air when it is safe, and call for emergency help."),
    ("a tick in the skin", "Grip it close to the skin with fine tweezers, pull straight out, and watch for a rash."),
    ("a blister", "Leave it whole if possible, keep it clean and cover it with a soft dressing."),
    ("a deep cut", "Press on it with a clean dressing, raise the part, and get medical help for closing it."),
    (
        "a head injury with drowsiness and vomiting",
        "Call for emergency help, keep the person still and watch their breathing.",
    ),
)
ADVICE = (
    (
        "washing hands",
        "Rub palms, backs, between the fingers and thumbs with soap for at least 20 seconds, then rinse and dry.",
    ),
    (
        "preventing pressure sores in bed",
        "Change position often, use a suitable mattress, and look at the skin every day.",
    ),
    ("foot care in diabetes", "Look at the feet every day, keep them clean and dry, and wear shoes that fit."),
    (
        "preventing falls at home",
        "Remove loose rugs, light the stairs, fit grab rails and review eyesight and medicines.",
    ),
    ("preventing constipation", "Eat fibre, drink enough, keep moving and do not put off going to the toilet."),
    ("good sleep", "Keep regular hours, a dark quiet room, and avoid caffeine late in the day."),
    (
        "taking blood pressure at home",
        "Sit and rest for five minutes, feet flat and arm at heart level, and do not talk.",
    ),
    (
        "using a pressurised inhaler",
        "Shake it, breathe out, press while breathing in slowly, and hold the breath for ten seconds.",
    ),
    ("after using a steroid inhaler", "Rinse the mouth with water, which lowers the risk of oral thrush."),
    (
        "preventing malaria on a journey",
        "Avoid mosquito bites with nets, repellent and long clothes, and take advised tablets.",
    ),
    ("preventing dehydration in diarrhoea", "Drink oral rehydration solution in small, frequent amounts."),
    ("storing raw meat", "Keep it cold, sealed and below ready-to-eat food, and use separate boards."),
    (
        "antibiotic resistance",
        "Use antibiotics only when they are prescribed, as directed, and never share or keep them.",
    ),
    ("reading a medicine label", "Check the name, the strength, how much and how often to take, and the expiry date."),
    ("sun protection", "Seek shade at noon, cover up, and use sunscreen of a high factor again every two hours."),
    ("safe sleep for a baby", "Lay the baby on the back, on a firm flat surface, without pillows or soft toys."),
    ("reducing salt", "Cook fresh food, taste before salting, and choose products low in salt."),
    (
        "lowering the risk of heart disease",
        "Do not smoke, keep moving, eat well, and control blood pressure and cholesterol.",
    ),
    ("lowering the risk of a blood clot on a long flight", "Drink water, move the legs often and walk when possible."),
    ("disposing of needles", "Put them straight into a sharps container without putting the cap back on."),
)
ORDERED = (
    ("airway, breathing and circulation", "assessing a collapsed person (the ABC rule)"),
    ("face, arms, speech and time", "the FAST check for a stroke"),
    ("inspection, palpation, percussion and auscultation", "the classical examination of the chest"),
    ("inspection, auscultation, percussion and palpation", "examining the abdomen, as it is often taught to nurses"),
    ("rest, ice, compression and elevation", "the RICE rule for a sprain"),
    ("right patient, right drug, right dose, right route and right time", "the five rights of giving medicines"),
    ("haemostasis, inflammation, proliferation and remodelling", "the phases of wound healing"),
    ("prophase, metaphase, anaphase and telophase", "the phases of mitosis"),
    ("sinus node, atrioventricular node, bundle of His and Purkinje fibres", "electrical conduction in the heart"),
    (
        "right atrium, right ventricle, lungs, left atrium and left ventricle",
        "the path of blood returning to the heart",
    ),
    ("mouth, oesophagus, stomach, small intestine and large intestine", "the path of food"),
    ("nose, pharynx, larynx, trachea, bronchi and alveoli", "the path of air breathed in"),
    ("kidney, ureter, bladder and urethra", "the path of urine"),
    ("duodenum, jejunum and ileum", "the parts of the small intestine"),
    ("malleus, incus and stapes", "the bones of the middle ear from the eardrum inwards"),
    ("dura mater, arachnoid mater and pia mater", "the meninges from the outside inwards"),
    ("epidermis, dermis and subcutaneous tissue", "the layers of the skin from the outside inwards"),
    ("cervical, thoracic, lumbar, sacral and coccygeal", "the regions of the spine from the top down"),
    ("ovary, uterine tube, uterus and vagina", "the female reproductive tract from the inside outwards"),
)


def first_aid() -> Iterator[Row]:
    """Yield first aid for common emergencies."""
    for case, answer in FIRST_AID:
        yield ask(f"What is the first aid for {case}?", answer)
        yield ask(f"A bystander asks what to do about {case}. Answer briefly.", answer)


def advice() -> Iterator[Row]:
    """Yield everyday health advice."""
    for topic, answer in ADVICE:
        yield ask(f"Give short health advice on this topic: {topic}.", answer)


def ordered() -> Iterator[Row]:
    """Yield steps and parts in their order."""
    for parts, what in ORDERED:
        yield ask(f"List in order: {what}.", f"{parts[0].upper()}{parts[1:]}.")
        yield ask(f"What is this the order of: {parts}?", f"It is the order of {what}.")


FAMILIES = (first_aid, advice, ordered)
