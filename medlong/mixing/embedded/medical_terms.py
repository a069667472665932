"""Medical language: terms and abbreviations."""

from collections.abc import Iterator

from medlong.mixing.embedded.row import Row, ask, table

TERMS = table(
    """
    gastritis = inflammation of the stomach lining
    hepatitis = inflammation of the liver
    nephritis = inflammation of the kidney
    arthritis = inflammation of a joint
    dermatitis = inflammation of the skin
    otitis = inflammation of the ear
    rhinitis = inflammation of the lining of the nose
    bronchitis = inflammation of the bronchi
    cystitis = inflammation of the bladder
    phlebitis = inflammation of a vein
    encephalitis = inflammation of the brain
    meningitis = inflammation of the meninges
    pancreatitis = inflammation of the pancreas
    cholecystitis = inflammation of the gallbladder
    appendicitis = inflammation of the appendix
    gingivitis = inflammation of the gums
    conjunctivitis = inflammation of the conjunctiva
    tonsillitis = inflammation of the tonsils
    pericarditis = inflammation of the sac around the heart
    endocarditis = inflammation of the inner lining of the heart
    myocarditis = inflammation of the heart muscle
    osteomyelitis = infection of bone and bone marrow
    keratitis = inflammation of the cornea
    appendicectomy = surgical removal of the appendix
    splenectomy = surgical removal of the spleen
    nephrectomy = surgical removal of a kidney
    hysterectomy = surgical removal of the uterus
    mastectomy = surgical removal of a breast
    cholecystectomy = surgical removal of the gallbladder
    thyroidectomy = surgical removal of the thyroid gland
    gastrectomy = surgical removal of all or part of the stomach
    tonsillectomy = surgical removal of the tonsils
    colectomy = surgical removal of all or part of the colon
    craniotomy = opening of the skull by surgery
    laparotomy = opening of the abdomen by surgery
    thoracotomy = opening of the chest by surgery
    tracheostomy = an opening made through the neck into the windpipe
    colostomy = an opening that brings the colon to the skin
    ileostomy = an opening that brings the ileum to the skin
    rhinoplasty = surgical reshaping of the nose
    arthroplasty = surgical repair or replacement of a joint
    angioplasty = widening of a narrowed vessel, often with a balloon
    gastroscopy = looking into the stomach with an endoscope
    colonoscopy = looking into the colon with an endoscope
    bronchoscopy = looking into the airways with an endoscope
    cystoscopy = looking into the bladder with an endoscope
    arthroscopy = looking into a joint with an endoscope
    laparoscopy = looking into the abdomen with an endoscope
    electrocardiogram = a record of the electrical activity of the heart
    electroencephalogram = a record of the electrical activity of the brain
    mammogram = an X-ray picture of the breast
    angiogram = a picture of blood vessels filled with contrast
    echocardiogram = an ultrasound picture of the heart
    neuralgia = pain along a nerve
    myalgia = muscle pain
    arthralgia = joint pain
    cephalalgia = headache
    otalgia = earache
    dysphagia = difficulty in swallowing
    dysphasia = impaired use of language
    dyspnoea = difficult breathing
    orthopnoea = breathlessness when lying flat
    apnoea = a pause in breathing
    tachypnoea = fast breathing
    bradypnoea = slow breathing
    tachycardia = a fast heart rate
    bradycardia = a slow heart rate
    hypertension = high blood pressure
    hypotension = low blood pressure
    hyperglycaemia = too much glucose in the blood
    hypoglycaemia = too little glucose in the blood
    hyperkalaemia = too much potassium in the blood
    hypokalaemia = too little potassium in the blood
    hypernatraemia = too much sodium in the blood
    hyponatraemia = too little sodium in the blood
    hypercalcaemia = too much calcium in the blood
    hypocalcaemia = too little calcium in the blood
    anaemia = too little haemoglobin in the blood
    leukopenia = too few white blood cells
    thrombocytopenia = too few platelets
    neutropenia = too few neutrophils
    polycythaemia = too many red blood cells
    haematuria = blood in the urine
    proteinuria = protein in the urine
    glycosuria = glucose in the urine
    dysuria = painful urination
    polyuria = passing too much urine
    oliguria = passing too little urine
    anuria = passing almost no urine
    nocturia = waking at night to pass urine
    haemoptysis = coughing up blood
    haematemesis = vomiting blood
    melaena = black, tarry stools with digested blood
    epistaxis = nosebleed
    hepatomegaly = enlargement of the liver
    splenomegaly = enlargement of the spleen
    cardiomegaly = enlargement of the heart
    osteomalacia = softening of bone
    atherosclerosis = hardening and narrowing of arteries by fatty plaques
    hemiplegia = paralysis of one side of the body
    paraplegia = paralysis of both legs
    tetraplegia = paralysis of all four limbs
    hemiparesis = weakness of one side of the body
    ptosis = drooping of the upper eyelid
    pruritus = itching
    erythema = redness of the skin
    cyanosis = blue colour of skin or mucosa from deoxygenated blood
    jaundice = yellow colour of skin and eyes from bilirubin
    oedema = swelling by fluid in the tissues
    ascites = fluid in the abdominal cavity
    syncope = fainting
    vertigo = a false sense of spinning
    tinnitus = a sound heard without an outside source
    pyrexia = fever
    sepsis = life-threatening organ dysfunction caused by a dysregulated response to infection
    ischaemia = too little blood flow to a tissue
    infarction = death of tissue from lack of blood supply
    necrosis = death of cells in living tissue
    embolus = material that travels in a vessel and can block it
    thrombus = a clot formed inside a vessel
    aneurysm = a bulge in the wall of an artery
    thoracocentesis = puncture of the chest to draw off fluid
    venepuncture = puncture of a vein, usually to take blood
    """
)
ABBREVIATIONS = table(
    """
    ECG = electrocardiogram
    EEG = electroencephalogram
    MRI = magnetic resonance imaging
    CT = computed tomography
    BP = blood pressure
    BMI = body mass index
    COPD = chronic obstructive pulmonary disease
    ICU = intensive care unit
    CPR = cardiopulmonary resuscitation
    GFR = glomerular filtration rate
    DVT = deep vein thrombosis
    PE = pulmonary embolism
    MI = myocardial infarction
    TIA = transient ischaemic attack
    UTI = urinary tract infection
    IV = intravenous
    IM = intramuscular
    SC = subcutaneous
    NBM = nil by mouth
    FBC = full blood count
    ESR = erythrocyte sedimentation rate
    CRP = C-reactive protein
    LFT = liver function test
    TSH = thyroid-stimulating hormone
    CSF = cerebrospinal fluid
    CNS = central nervous system
    HIV = human immunodeficiency virus
    TB = tuberculosis
    GCS = Glasgow Coma Scale
    AED = automated external defibrillator
    NSAID = non-steroidal anti-inflammatory drug
    ACE = angiotensin-converting enzyme
    INR = international normalised ratio
    HDL = high-density lipoprotein
    LDL = low-density lipoprotein
    SpO2 = oxygen saturation measured by pulse oximetry
    PEFR = peak expiratory flow rate
    AKI = acute kidney injury
    CKD = chronic kidney disease
    GORD = gastro-oesophageal reflux disease
    ARDS = acute respiratory distress syndrome
    DKA = diabetic ketoacidosis
    SLE = systemic lupus erythematosus
    ALS = amyotrophic lateral sclerosis
    PCR = polymerase chain reaction
    MRSA = meticillin-resistant Staphylococcus aureus
    """
)

PRESCRIPTIONS = table(
    """
    PO = by mouth
    PRN = when needed
    BD = twice a day
    TDS = three times a day
    QDS = four times a day
    OD = once a day
    """
)


def terms() -> Iterator[Row]:
    """Yield terms and their meanings, asked both ways."""
    for term, meaning in TERMS:
        yield ask(f"What does the term {term} mean?", f"{term.capitalize()} means {meaning}.")
        yield ask(f"Which medical term means {meaning}?", f"The term is {term}.")


def abbreviations() -> Iterator[Row]:
    """Yield abbreviations written out."""
    for short, long in ABBREVIATIONS:
        yield ask(f"What does the medical abbreviation {short} stand for?", f"{short} stands for {long}.")
    for short, meaning in PRESCRIPTIONS:
        yield ask(
            f"What does {short} mean in a British prescription?", f"In a British prescription, {short} means {meaning}."
        )


FAMILIES = (terms, abbreviations)
