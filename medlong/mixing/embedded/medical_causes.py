"""What causes what: microbes, carriers, routes, vitamins and minerals, hazards, and prevention."""

from collections.abc import Iterator

from medlong.mixing.embedded.row import Row, ask, table

MICROBES = table(
    """
    tuberculosis = Mycobacterium tuberculosis = bacterium
    leprosy = Mycobacterium leprae = bacterium
    cholera = Vibrio cholerae = bacterium
    plague = Yersinia pestis = bacterium
    tetanus = Clostridium tetani = bacterium
    botulism = Clostridium botulinum = bacterium
    diphtheria = Corynebacterium diphtheriae = bacterium
    whooping cough = Bordetella pertussis = bacterium
    typhoid fever = Salmonella Typhi = bacterium
    anthrax = Bacillus anthracis = bacterium
    syphilis = Treponema pallidum = bacterium
    gonorrhoea = Neisseria gonorrhoeae = bacterium
    Lyme disease = Borrelia burgdorferi = bacterium
    Legionnaires' disease = Legionella pneumophila = bacterium
    scarlet fever = Streptococcus pyogenes = bacterium
    brucellosis = Brucella = bacterium
    leptospirosis = Leptospira = bacterium
    listeriosis = Listeria monocytogenes = bacterium
    trachoma = Chlamydia trachomatis = bacterium
    Q fever = Coxiella burnetii = bacterium
    antibiotic-associated colitis = Clostridioides difficile = bacterium
    tularaemia = Francisella tularensis = bacterium
    psittacosis = Chlamydia psittaci = bacterium
    cat-scratch disease = Bartonella henselae = bacterium
    most peptic ulcers not caused by drugs = Helicobacter pylori = bacterium
    influenza = influenza virus = virus
    measles = measles virus = virus
    mumps = mumps virus = virus
    rubella = rubella virus = virus
    chickenpox = varicella-zoster virus = virus
    shingles = varicella-zoster virus = virus
    poliomyelitis = poliovirus = virus
    rabies = rabies virus = virus
    yellow fever = yellow fever virus = virus
    dengue = dengue virus = virus
    AIDS = human immunodeficiency virus = virus
    COVID-19 = SARS-CoV-2 = virus
    infectious mononucleosis = Epstein-Barr virus = virus
    cold sores = herpes simplex virus = virus
    nearly all cases of cervical cancer = human papillomavirus = virus
    most cases of croup = parainfluenza virus = virus
    most cases of bronchiolitis = respiratory syncytial virus = virus
    erythema infectiosum = parvovirus B19 = virus
    smallpox = variola virus = virus
    malaria = Plasmodium = parasite
    sleeping sickness = Trypanosoma brucei = parasite
    Chagas disease = Trypanosoma cruzi = parasite
    toxoplasmosis = Toxoplasma gondii = parasite
    giardiasis = Giardia = parasite
    amoebic dysentery = Entamoeba histolytica = parasite
    schistosomiasis = Schistosoma = parasite
    river blindness = Onchocerca volvulus = parasite
    scabies = Sarcoptes scabiei = parasite
    threadworm infection = Enterobius vermicularis = parasite
    leishmaniasis = Leishmania = parasite
    trichinellosis = Trichinella = parasite
    hydatid disease = Echinococcus = parasite
    oral thrush = Candida = fungus
    ringworm = a dermatophyte = fungus
    cryptococcal meningitis = Cryptococcus = fungus
    aspergillosis = Aspergillus = fungus
    histoplasmosis = Histoplasma capsulatum = fungus
    coccidioidomycosis = Coccidioides = fungus
    """
)
CARRIERS = table(
    """
    malaria = Anopheles mosquitoes
    dengue = Aedes mosquitoes
    yellow fever = Aedes and Haemagogus mosquitoes
    Zika virus disease = Aedes mosquitoes
    chikungunya = Aedes mosquitoes
    West Nile fever = Culex mosquitoes
    Japanese encephalitis = Culex mosquitoes
    Lyme disease = Ixodes ticks
    tick-borne encephalitis = Ixodes ticks
    Rocky Mountain spotted fever = ticks
    sleeping sickness = tsetse flies
    leishmaniasis = sandflies
    river blindness = blackflies
    Chagas disease = triatomine bugs
    plague = rat fleas
    epidemic typhus = body lice
    scrub typhus = larval mites (chiggers)
    schistosomiasis = freshwater snails, as intermediate hosts
    Crimean-Congo haemorrhagic fever = Hyalomma ticks
    loiasis = deer flies
    """
)
ROUTES = table(
    """
    cholera = water and food contaminated with faeces
    hepatitis A = water and food contaminated with faeces
    hepatitis B = blood, sex and birth from an infected mother
    hepatitis C = blood, above all shared needles
    tuberculosis = air, by fine droplets from a person with disease of the lungs
    measles = air and droplets
    tetanus = wounds contaminated with soil
    rabies = the bite of an infected animal
    HIV = blood, sex, and from mother to child
    influenza = droplets and contaminated hands
    rotavirus infection = contaminated hands, water and surfaces
    Legionnaires' disease = breathing in contaminated water mist
    toxoplasmosis = undercooked meat and cat faeces
    typhoid fever = water and food contaminated with faeces
    scabies = close skin contact
    botulism = food in which the toxin has formed
    """
)
NUTRIENTS = table(
    """
    vitamin A = night blindness and dry eyes = liver, and carrots and leafy vegetables as carotene
    vitamin B1 (thiamine) = beriberi and Wernicke's encephalopathy = whole grains, pulses and pork
    vitamin B2 (riboflavin) = cracked corners of the mouth and a sore tongue = milk, eggs and leafy vegetables
    vitamin B3 (niacin) = pellagra = meat, fish and peanuts
    vitamin B6 (pyridoxine) = nerve damage, dermatitis and anaemia = meat, fish, potatoes and bananas
    vitamin B12 (cobalamin) = macrocytic anaemia and nerve damage = meat, fish, eggs and milk
    folate = macrocytic anaemia, and neural tube defects in the fetus = leafy vegetables and pulses
    vitamin C = scurvy = citrus fruit, berries and peppers
    vitamin D = rickets in children and osteomalacia in adults = sunlight on the skin and oily fish
    vitamin E = nerve damage and haemolytic anaemia = vegetable oils and nuts
    vitamin K = bleeding = green leafy vegetables
    iron = microcytic anaemia = red meat, pulses and leafy vegetables
    iodine = goitre and hypothyroidism = seafood and iodised salt
    calcium = weak bones and muscle cramps = milk products
    zinc = poor wound healing and loss of taste = meat, shellfish and pulses
    magnesium = muscle cramps and arrhythmias = nuts, whole grains and leafy vegetables
    potassium = muscle weakness and arrhythmias = fruit, vegetables and pulses
    selenium = disease of the heart muscle (Keshan disease) = nuts, fish and grains
    copper = anaemia and nerve damage = shellfish, nuts and liver
    protein = kwashiorkor in children = meat, fish, eggs, milk products and pulses
    """
)
HAZARDS = table(
    """
    asbestos = mesothelioma and asbestosis
    tobacco smoke = lung cancer and chronic obstructive pulmonary disease
    silica dust = silicosis
    coal dust = coal worker's pneumoconiosis
    ultraviolet light = skin cancer
    long heavy alcohol use = cirrhosis
    radon = lung cancer
    lead = anaemia and damage to the nervous system
    carbon monoxide = poisoning by blocking oxygen transport on haemoglobin
    aflatoxin = liver cancer
    loud noise = hearing loss
    methanol = blindness
    mouldy hay = farmer's lung
    benzene = leukaemia
    high blood pressure over years = stroke and heart failure
    ionising radiation = cancer
    a diet high in salt = raised blood pressure
    long immobility = deep vein thrombosis and pressure sores
    alcohol in pregnancy = fetal alcohol spectrum disorder
    rubella early in pregnancy = deafness, cataract and heart defects of the child
    repeated vibration of hand tools = vibration white finger
    untreated group A streptococcal throat infection = rheumatic fever
    """
)


def microbes() -> Iterator[Row]:
    """Yield the cause of infections, and what kind of microbe it is."""
    for disease, name, kind in MICROBES:
        shown = disease[0].upper() + disease[1:]
        verb = "are" if disease.endswith(("sores", "drugs")) or "cases of" in disease else "is"
        yield ask(f"What causes {disease}?", f"{shown} {verb} caused by {name}, a {kind}.")
        yield ask(f"Is the cause of {disease} a bacterium, virus, parasite or fungus?", f"A {kind}: {name}.")


def carriers() -> Iterator[Row]:
    """Yield which animals carry a disease to people."""
    for disease, carrier in CARRIERS:
        shown = disease[0].upper() + disease[1:]
        yield ask(f"Which animals carry {disease} to people?", f"{shown} is carried by {carrier}.")


def routes() -> Iterator[Row]:
    """Yield how infections reach people."""
    for disease, route in ROUTES:
        yield ask(f"How do people usually catch {disease}?", f"The usual route is: {route}.")


def nutrients() -> Iterator[Row]:
    """Yield deficiencies and sources of vitamins and minerals."""
    for name, lack, food in NUTRIENTS:
        yield ask(f"What does a lack of {name} cause?", f"A lack of {name} can cause {lack}.")
        yield ask(f"Name good sources of {name}.", f"Good sources of {name} are {food}.")
        yield ask(f"A lack of which nutrient can cause {lack}?", f"A lack of {name}.")
    yield ask("What does a lack of fluoride do to the teeth?", "A lack of fluoride raises the risk of tooth decay.")
    yield ask("Name good sources of fluoride.", "Good sources of fluoride are fluoridated water and toothpaste.")


def hazards() -> Iterator[Row]:
    """Yield harms of exposures."""
    for hazard, harm in HAZARDS:
        yield ask(f"Which harm is {hazard} known to cause?", f"It is known to cause {harm}.")
        yield ask(f"Name a known cause of {harm}.", f"A known cause is {hazard}.")


FAMILIES = (microbes, carriers, routes, nutrients, hazards)
