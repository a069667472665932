"""Hormones and glands, kinds of cells, medical specialties."""

from collections.abc import Iterator

from medlong.mixing.embedded.row import Row, ask, table

HORMONES = table(
    """
    insulin = pancreas = lowers blood glucose
    glucagon = pancreas = raises blood glucose
    thyroxine = thyroid gland = raises the metabolic rate
    calcitonin = thyroid gland = lowers blood calcium
    parathyroid hormone = parathyroid glands = raises blood calcium
    cortisol = adrenal cortex = raises blood glucose and dampens inflammation
    aldosterone = adrenal cortex = makes the kidney keep sodium and lose potassium
    adrenaline = adrenal medulla = raises heart rate and widens the airways
    growth hormone = anterior pituitary = promotes growth
    prolactin = anterior pituitary = promotes milk production
    thyroid-stimulating hormone = anterior pituitary = makes the thyroid release its hormones
    adrenocorticotropic hormone = anterior pituitary = makes the adrenal cortex release cortisol
    follicle-stimulating hormone = anterior pituitary = makes ovarian follicles grow
    luteinising hormone = anterior pituitary = triggers ovulation
    melatonin = pineal gland = helps to time sleep
    erythropoietin = kidneys = makes the bone marrow form red blood cells
    gastrin = stomach = makes the stomach release acid
    secretin = duodenum = makes the pancreas release bicarbonate
    cholecystokinin = duodenum = makes the gallbladder contract
    leptin = fat tissue = reduces appetite
    ghrelin = stomach = increases appetite
    testosterone = testes = promotes male sexual characteristics
    progesterone = ovaries = prepares the lining of the uterus for pregnancy
    human chorionic gonadotropin = placenta = keeps the corpus luteum active in early pregnancy
    atrial natriuretic peptide = atria of the heart = makes the kidney excrete sodium
    """
)
CELLS = table(
    """
    red blood cells = carry oxygen
    platelets = help blood to clot
    neutrophils = engulf bacteria
    eosinophils = act against parasitic worms and take part in allergy
    basophils = release histamine
    B lymphocytes = become plasma cells, which make antibodies
    cytotoxic T lymphocytes = kill infected cells
    macrophages = engulf microbes and debris
    mast cells = release histamine in allergic reactions
    osteoblasts = build bone
    osteoclasts = break down bone
    chondrocytes = maintain cartilage
    melanocytes = make the pigment melanin
    goblet cells = make mucus
    beta cells of the pancreas = make insulin
    alpha cells of the pancreas = make glucagon
    parietal cells = make stomach acid and intrinsic factor
    chief cells = make pepsinogen
    hepatocytes = carry out most of the liver's chemical work
    Schwann cells = form myelin around peripheral nerves
    oligodendrocytes = form myelin in the central nervous system
    rods = see in dim light
    cones = see colour
    type II pneumocytes = make surfactant
    podocytes = form part of the kidney's filter
    Sertoli cells = support developing sperm
    Leydig cells = make testosterone
    natural killer cells = kill virus-infected and tumour cells
    """
)
SPECIALTIES = table(
    """
    cardiologist = the heart
    nephrologist = the kidneys
    neurologist = the brain and nerves
    dermatologist = the skin
    hepatologist = the liver
    gastroenterologist = the digestive tract
    pulmonologist = the lungs
    ophthalmologist = the eyes
    haematologist = the blood
    endocrinologist = glands and hormones
    rheumatologist = joints and autoimmune disease
    oncologist = cancer
    urologist = the urinary tract
    gynaecologist = the female reproductive organs
    obstetrician = pregnancy and birth
    paediatrician = children
    geriatrician = older people
    psychiatrist = mental illness
    otolaryngologist = ear, nose and throat
    orthopaedic surgeon = bones and joints
    anaesthetist = anaesthesia and care during operations
    radiologist = medical imaging
    pathologist = the study of tissues and body fluids
    allergist = allergies
    neonatologist = newborn babies
    proctologist = the rectum and anus
    podiatrist = the feet
    dentist = the teeth and gums
    immunologist = the immune system
    epidemiologist = the spread of disease in populations
    """
)


def hormones() -> Iterator[Row]:
    """Yield where hormones come from and what they do."""
    for name, gland, effect in HORMONES:
        yield ask(f"Where is {name} made?", f"{name[0].upper()}{name[1:]} is made in the {gland}.")
        yield ask(f"What is the main effect of {name}?", f"{name[0].upper()}{name[1:]} {effect}.")
        yield ask(f"Which hormone, made in the {gland}, {effect}?", f"That hormone is {name}.")
    yield ask(
        "Is renin a hormone?",
        "Renin is an enzyme. The kidneys release it, and it starts the chain that forms the hormone angiotensin.",
    )


def cells() -> Iterator[Row]:
    """Yield what kinds of cells do."""
    for name, task in CELLS:
        yield ask(f"What do {name} do?", f"{name[0].upper()}{name[1:]} {task}.")
        yield ask(f"Which cells {task}?", f"{name[0].upper()}{name[1:]} do.")


def specialties() -> Iterator[Row]:
    """Yield which specialist deals with what."""
    for who, what in SPECIALTIES:
        one = f"{'An' if who[0] in 'aeio' else 'A'} {who}"
        yield ask(f"What is the field of {one.lower()}?", f"The field of {one.lower()} is {what}.")
        yield ask(f"Which specialist's field is {what}?", f"{one}.")


FAMILIES = (hormones, cells, specialties)
