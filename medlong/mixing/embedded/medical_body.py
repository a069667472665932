"""Anatomy and physiology: organs, bones, muscles, nerves, vessels."""

from collections.abc import Iterator

from medlong.mixing.embedded.row import Row, ask, table

ORGANS = table(
    """
    heart = pumps blood through the lungs and the body
    lungs = take up oxygen and give off carbon dioxide
    liver = makes bile, stores glycogen and clears many substances from the blood
    kidneys = filter the blood and make urine
    spleen = removes old red blood cells and takes part in immunity
    pancreas = makes digestive enzymes and the hormones insulin and glucagon
    gallbladder = stores and concentrates bile
    stomach = mixes food with acid and begins the digestion of protein
    small intestine = absorbs most nutrients
    large intestine = absorbs water and salts and forms stool
    bladder = stores urine
    skin = protects the body, limits water loss and helps to control temperature
    brain = controls thought, movement and many body functions
    spinal cord = carries signals between brain and body and mediates reflexes
    thyroid gland = makes hormones that set the metabolic rate
    adrenal glands = make cortisol, aldosterone and adrenaline
    pituitary gland = makes hormones that control other glands
    thymus = is where T lymphocytes mature
    bone marrow = makes blood cells
    lymph nodes = filter lymph and house lymphocytes
    diaphragm = is the main muscle of breathing in
    trachea = carries air between larynx and bronchi
    oesophagus = moves food from the throat to the stomach
    ureters = carry urine from the kidneys to the bladder
    ovaries = release eggs and make oestrogen and progesterone
    testes = make sperm and testosterone
    uterus = carries the growing fetus
    placenta = exchanges nutrients, gases and waste between mother and fetus
    retina = turns light into nerve signals
    cochlea = turns sound vibrations into nerve signals
    cornea = lets light into the eye and does most of the focusing
    cerebellum = coordinates movement and balance
    epiglottis = covers the larynx during swallowing
    alveoli = are the air sacs in which gas exchange takes place
    salivary glands = make saliva, which moistens food and begins the digestion of starch
    tear glands = make the tears that wet and protect the eye
    """
)
BONES = table(
    """
    femur = the thigh
    tibia = the lower leg, on the inner side
    fibula = the lower leg, on the outer side
    patella = the front of the knee
    humerus = the upper arm
    radius = the forearm, on the thumb side
    ulna = the forearm, on the little finger side
    clavicle = the front of the shoulder (the collarbone)
    scapula = the back of the shoulder (the shoulder blade)
    sternum = the middle of the front of the chest
    mandible = the lower jaw
    maxilla = the upper jaw
    calcaneus = the heel
    talus = the ankle
    sacrum = the back of the pelvis
    coccyx = the lower end of the spine
    scaphoid = the wrist
    atlas = the top of the neck, as its first vertebra
    axis = the neck, as its second vertebra
    occipital bone = the back of the skull
    frontal bone = the forehead
    zygomatic bone = the cheek
    hyoid bone = the front of the neck
    ilium = the upper part of the hip bone
    stapes = the middle ear
    metatarsals = the foot
    metacarpals = the palm of the hand
    """
)
MUSCLES = table(
    """
    biceps brachii = bends the elbow and turns the palm up
    triceps brachii = straightens the elbow
    deltoid = lifts the arm sideways
    quadriceps femoris = straightens the knee
    hamstrings = bend the knee
    gastrocnemius = points the foot down
    tibialis anterior = lifts the foot
    gluteus maximus = straightens the hip
    iliopsoas = bends the hip
    pectoralis major = pulls the arm across the chest
    latissimus dorsi = pulls the arm down and back
    masseter = closes the jaw
    orbicularis oculi = closes the eyelids
    orbicularis oris = closes the lips
    sternocleidomastoid = turns the head to the opposite side
    trapezius = lifts and steadies the shoulder blade
    external intercostals = raise the ribs when breathing in
    detrusor = empties the bladder
    rectus abdominis = bends the trunk forward
    soleus = points the foot down and steadies standing
    supraspinatus = starts lifting the arm sideways
    gluteus medius = moves the thigh outwards and keeps the pelvis level when walking
    """
)
CRANIAL = table(
    """
    I = olfactory nerve = smell
    II = optic nerve = vision
    III = oculomotor nerve = most eye movements and narrowing of the pupil
    IV = trochlear nerve = the superior oblique muscle of the eye
    V = trigeminal nerve = feeling in the face and chewing
    VI = abducens nerve = turning the eye outwards
    VII = facial nerve = facial expression and taste on the front of the tongue
    VIII = vestibulocochlear nerve = hearing and balance
    IX = glossopharyngeal nerve = taste and feeling at the back of the tongue
    X = vagus nerve = parasympathetic supply of chest and abdominal organs
    XI = accessory nerve = the trapezius and sternocleidomastoid muscles
    XII = hypoglossal nerve = movement of the tongue
    """
)
NERVES = table(
    """
    radial nerve = wrist drop
    median nerve at the wrist = numbness of thumb, index and middle finger and a weak thumb
    ulnar nerve = claw hand
    common fibular nerve = foot drop
    facial nerve = weakness of one side of the face
    axillary nerve = weakness of the deltoid muscle
    long thoracic nerve = winging of the shoulder blade
    recurrent laryngeal nerve = hoarseness
    phrenic nerve = paralysis of one half of the diaphragm
    femoral nerve = weak straightening of the knee
    """
)
VESSELS = table(
    """
    coronary arteries = supply the heart muscle with blood
    pulmonary arteries = carry deoxygenated blood from the heart to the lungs
    pulmonary veins = carry oxygenated blood from the lungs to the left atrium
    aorta = carries oxygenated blood from the left ventricle to the body
    superior vena cava = returns blood from the head, neck and arms to the right atrium
    inferior vena cava = returns blood from the lower body to the right atrium
    hepatic portal vein = carries blood from the gut and spleen to the liver
    renal arteries = supply the kidneys
    carotid arteries = supply the head and neck
    vertebral arteries = supply the brain stem and the back of the brain
    jugular veins = drain the head and neck
    femoral artery = is the main artery of the leg
    brachial artery = is the main artery of the upper arm
    mesenteric arteries = supply the intestines
    umbilical vein = carries oxygenated blood from the placenta to the fetus
    great saphenous vein = drains the inner side of the leg
    thoracic duct = returns most lymph to the blood
    """
)


def organs() -> Iterator[Row]:
    """Yield what organs do, asked both ways."""
    plural = ("lungs", "kidneys", "glands", "nodes", "ureters", "ovaries", "testes", "alveoli")
    for name, task in ORGANS:
        do = "do" if name.endswith(plural) else "does"
        yield ask(f"What {do} the {name} do?", f"The {name} {task}.")
        yield ask(f'Name the part of the body of which this is true: "{task}".', f"The {name}.")


def bones() -> Iterator[Row]:
    """Yield where bones are."""
    for name, place in BONES:
        verb = "are" if name.startswith("meta") else "is"
        yield ask(f"Where in the body {verb} the {name}?", f"The {name} {verb} in {place}.")


def muscles() -> Iterator[Row]:
    """Yield what muscles do."""
    for name, action in MUSCLES:
        do = "do" if name in ("hamstrings", "external intercostals") else "does"
        yield ask(f"What {do} the {name} do when contracting?", f"Contracting, the {name} {action}.")
        yield ask(f'Name a muscle or muscle group of which this is true: "{action}".', f"The {name}.")


def nerves() -> Iterator[Row]:
    """Yield cranial nerves and what damage to a nerve causes."""
    for number, name, task in CRANIAL:
        yield ask(f"Which cranial nerve is number {number}?", f"Cranial nerve {number} is the {name}.")
        yield ask(f"What does the {name} serve?", f"The {name} (cranial nerve {number}) serves {task}.")
        yield ask(f"Which number has the {name} among the cranial nerves?", f"It is cranial nerve {number}.")
    for name, sign in NERVES:
        yield ask(f"What does damage to the {name} typically cause?", f"It typically causes {sign}.")
    yield ask(
        "What causes carpal tunnel syndrome?",
        "Carpal tunnel syndrome is caused by compression of the median nerve at the wrist.",
    )


def vessels() -> Iterator[Row]:
    """Yield what vessels carry."""
    for name, task in VESSELS:
        do = "do" if name.endswith("s") and not name.endswith("us") else "does"
        yield ask(f"What {do} the {name} do?", f"The {name} {task}.")


FAMILIES = (organs, bones, muscles, nerves, vessels)
