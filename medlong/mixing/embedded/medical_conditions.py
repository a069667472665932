"""Conditions and what they are, signs and what they point to, instruments and investigations."""

from collections.abc import Iterator

from medlong.mixing.embedded.row import Row, article, ask, table

CONDITIONS = table(
    """
    asthma = inflamed, over-responsive airways that narrow in a way that varies and can be reversed
    emphysema = destroyed walls of the alveoli, which leaves enlarged air spaces
    pneumonia = an infection of the lung tissue
    pneumothorax = air in the pleural space, which lets the lung collapse
    pulmonary embolism = a clot that blocks an artery of the lung
    myocardial infarction = death of heart muscle from a blocked coronary artery
    angina pectoris = chest discomfort from too little blood flow to the heart muscle
    heart failure = a heart that cannot pump enough blood for the body's needs, or only at raised filling pressures
    atrial fibrillation = fast, irregular and uncoordinated electrical activity of the atria
    mitral stenosis = a narrowed mitral valve
    stroke = sudden loss of brain function from a blocked or burst vessel
    epilepsy = a lasting tendency to have unprovoked seizures
    migraine = recurrent attacks of headache, often one-sided, with nausea or dislike of light
    Parkinson's disease = loss of dopamine-producing nerve cells, with tremor, stiffness and slow movement
    multiple sclerosis = immune damage to myelin in the central nervous system
    Alzheimer's disease = a progressive disease of the brain that usually begins with loss of memory
    myasthenia gravis = antibodies against the nerve-muscle junction, with weakness that grows with use
    type 1 diabetes = immune destruction of the cells that make insulin
    type 2 diabetes = resistance to insulin together with too little insulin for the need
    hypothyroidism = too little thyroid hormone
    Graves' disease = antibodies that stimulate the thyroid, which makes too much hormone
    Cushing's syndrome = the effects of too much cortisol
    Addison's disease = failure of the adrenal cortex
    acromegaly = too much growth hormone in an adult
    diabetes insipidus = large amounts of dilute urine from a lack of vasopressin or of response to it
    phaeochromocytoma = a tumour that makes adrenaline-like hormones
    coeliac disease = an immune reaction to gluten that damages the small intestine
    Crohn's disease = chronic inflammation that can affect any part of the gut, in patches and through the whole wall
    ulcerative colitis = chronic inflammation of the lining of the colon and rectum
    peptic ulcer = a break in the lining of the stomach or duodenum
    cirrhosis = scarring of the liver with nodules, after long damage
    diverticulitis = inflamed pouches of the colon
    intussusception = one part of the bowel sliding into the next
    volvulus = a twist of the bowel that blocks it
    nephrotic syndrome = heavy loss of protein in the urine, low blood albumin and oedema
    pyelonephritis = a bacterial infection of the kidney
    hydronephrosis = a kidney swollen by urine that cannot drain
    gout = arthritis from crystals of urate in the joints
    osteoarthritis = degeneration of joint cartilage with changes of the whole joint
    rheumatoid arthritis = an autoimmune inflammation of the lining of joints
    osteoporosis = low bone mass and fragile bones
    ankylosing spondylitis = inflammation of the spine and sacroiliac joints that can stiffen the spine
    psoriasis = well-marked red, scaly plaques from over-fast growth of skin cells
    atopic eczema = itchy, chronically inflamed skin, often with other allergies
    vitiligo = loss of pigment cells in patches of skin
    cellulitis = a bacterial infection of the deeper skin
    urticaria = itchy weals that come and go, also called hives
    melanoma = a cancer of pigment cells
    leukaemia = a cancer of blood-forming cells
    lymphoma = a cancer of lymphocytes that usually starts in lymph nodes
    multiple myeloma = a cancer of plasma cells
    haemophilia A = an inherited lack of clotting factor VIII
    haemophilia B = an inherited lack of clotting factor IX
    sickle cell disease = an inherited abnormal haemoglobin that deforms red blood cells
    thalassaemia = inherited under-production of a chain of haemoglobin
    cystic fibrosis = a faulty chloride channel that makes secretions thick
    phenylketonuria = an inherited inability to break down phenylalanine
    Down syndrome = three copies of chromosome 21
    Turner syndrome = a single X chromosome in a female
    Klinefelter syndrome = an additional X chromosome in a male
    Marfan syndrome = a fault of fibrillin that weakens connective tissue
    Huntington's disease = an inherited expansion of CAG repeats, with chorea and dementia
    Wilson's disease = a build-up of copper in liver and brain
    haemochromatosis = a build-up of iron in the organs
    glaucoma = damage to the optic nerve, often with raised pressure in the eye
    cataract = a clouded lens of the eye
    presbyopia = loss of near focus with age
    myopia = short sight, with the image focused in front of the retina
    hypermetropia = long sight, with the image focused behind the retina
    Meniere's disease = attacks of vertigo with hearing loss and tinnitus
    otosclerosis = abnormal bone growth that fixes the stapes
    pre-eclampsia = high blood pressure in pregnancy after 20 weeks with protein in the urine or organ damage
    ectopic pregnancy = a pregnancy outside the cavity of the uterus
    placenta praevia = a placenta that covers the inner opening of the cervix
    a low-lying placenta = a placenta whose edge is near the inner opening of the cervix and does not cover it
    endometriosis = tissue like the lining of the uterus that grows outside it
    anaphylaxis = a sudden, severe and possibly fatal allergic reaction
    hernia = an organ or tissue that pushes through a weak spot of the wall around it
    hydrocephalus = too much cerebrospinal fluid in the ventricles of the brain
    scoliosis = a sideways curve of the spine
    rhabdomyolysis = breakdown of muscle that releases its contents into the blood
    """
)
SIGNS = table(
    """
    neck stiffness with fever and dislike of light = meningitis
    pain that moves from the navel to the right lower abdomen = appendicitis
    crushing chest pain that spreads to the left arm = myocardial infarction
    sudden weakness of one side of the face and one arm = stroke
    barking cough and stridor in a young child = croup
    polyuria, thirst and weight loss in a child = type 1 diabetes
    a painful, swollen calf after a long flight = deep vein thrombosis
    a hot, swollen, very painful big toe = gout
    a butterfly-shaped rash over the cheeks = systemic lupus erythematosus
    bulging eyes, weight loss and a fast heart rate = Graves' disease
    a moon-shaped face, purple striae and thin skin = Cushing's syndrome
    a resting tremor, rigidity and slow movement = Parkinson's disease
    drooping eyelids and weakness that grow worse during the day = myasthenia gravis
    white patches inside the cheeks before a rash (Koplik spots) = measles
    a strawberry tongue and a sandpaper rash = scarlet fever
    silvery scales on red plaques over the elbows and knees = psoriasis
    colicky loin pain that spreads to the groin, with blood in the urine = a kidney stone
    sudden tearing chest pain that goes through to the back = aortic dissection
    an expanding ring-shaped rash after a tick bite = Lyme disease
    pain in the right upper abdomen after fatty meals = gallstones
    morning stiffness and swelling of the small joints of both hands = rheumatoid arthritis
    a shock-like pain of one side of the face set off by touch = trigeminal neuralgia
    one-sided scalp tenderness, jaw pain on chewing and a new headache after the age of 50 = giant cell arteritis
    yellow eyes, dark urine and pale stools = obstructive jaundice
    a painful red eye with a fixed mid-dilated pupil and haloes around lights = acute angle-closure glaucoma
    a painless curtain across the sight of one eye = retinal detachment
    fruity breath and deep, sighing breathing in diabetes = diabetic ketoacidosis
    a bronze skin, fatigue and low blood pressure = Addison's disease
    projectile vomiting without bile in a baby a few weeks old = pyloric stenosis
    gum bleeding, bruises and poor wound healing with a diet without fruit and vegetables = scurvy
    """
)
TOOLS = table(
    """
    stethoscope = listening to sounds of the heart, lungs and bowel
    sphygmomanometer = measuring blood pressure
    ophthalmoscope = looking at the back of the eye
    otoscope = looking at the ear canal and eardrum
    spirometer = measuring how much and how fast air is breathed
    peak flow meter = measuring the fastest speed of breathing out
    pulse oximeter = measuring the oxygen saturation of the blood through the skin
    glucometer = measuring blood glucose
    tuning fork = testing hearing and the sense of vibration
    laryngoscope = seeing the larynx when placing a breathing tube
    defibrillator = giving the heart an electric shock in certain arrhythmias
    tonometer = measuring the pressure in the eye
    goniometer = measuring the angle of a joint
    Snellen chart = testing how sharp distant sight is
    slit lamp = examining the front of the eye under magnification
    tourniquet = stopping blood flow to a limb
    catheter = draining or giving fluid through a tube
    nebuliser = turning a liquid medicine into a mist to breathe in
    speculum = holding open a body opening to look inside
    reflex hammer = testing tendon reflexes
    ventilator = moving air in and out of the lungs of a patient who cannot breathe enough
    dialysis machine = cleaning the blood when the kidneys fail
    dermatoscope = looking at skin spots under magnification
    autoclave = sterilising instruments with steam under pressure
    """
)
TESTS = table(
    """
    a suspected broken bone = a plain X-ray
    the heart rhythm = an electrocardiogram
    the movement of heart valves = an echocardiogram
    gallstones = an ultrasound scan
    bone density = a DXA scan
    suspected bleeding in the brain after a head injury = a CT scan
    a torn knee ligament = an MRI scan
    suspected epilepsy = an electroencephalogram
    meningitis = a lumbar puncture, when it is safe
    the long-term control of diabetes = glycated haemoglobin (HbA1c)
    kidney function = creatinine with an estimated glomerular filtration rate
    hypothyroidism = thyroid-stimulating hormone in the blood
    injury to heart muscle = troponin in the blood
    iron stores = ferritin in the blood
    inflammation = C-reactive protein in the blood
    a urinary tract infection = a urine dipstick and culture
    asthma = spirometry before and after a bronchodilator
    suspected pulmonary embolism = a CT pulmonary angiogram
    early cancer of the breast = a mammogram
    early changes of the cervix = a cervical smear or a test for human papillomavirus
    hidden blood in stool = a faecal immunochemical test
    the size and age of a fetus = an ultrasound scan of the pregnancy
    acid-base balance = an arterial blood gas
    bacteria in the blood = blood cultures
    pancreatitis = lipase or amylase in the blood
    """
)


def conditions() -> Iterator[Row]:
    """Yield conditions and what they are, asked both ways."""
    for name, meaning in CONDITIONS:
        shown = name[0].upper() + name[1:]
        yield ask(f"What is {name}?", f"{shown} is {meaning}.")
        yield ask(f"Which condition is described: {meaning}?", f"This describes {name}.")


def signs() -> Iterator[Row]:
    """Yield classical pictures and the condition they suggest."""
    for picture, name in SIGNS:
        yield ask(f"Which condition does this classically suggest: {picture}?", f"It classically suggests {name}.")
        yield ask(f"Describe a classical picture of {name}.", f"A classical picture is {picture}.")


def tools() -> Iterator[Row]:
    """Yield what instruments are for, asked both ways."""
    for name, use in TOOLS:
        one = article(name)
        yield ask(f"What is {one} used for in medicine?", f"{one[0].upper()}{one[1:]} is used for {use}.")
        yield ask(f"Which medical device is used for {use}?", f"{one[0].upper()}{one[1:]}.")


def tests() -> Iterator[Row]:
    """Yield the usual first investigation."""
    for what, test in TESTS:
        yield ask(f"Name a usual investigation for this: {what}.", f"A usual investigation is {test}.")


FAMILIES = (conditions, signs, tools, tests)
