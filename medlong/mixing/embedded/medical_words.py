"""The parts of medical words: prefixes, suffixes and roots."""

from collections.abc import Iterator

from medlong.mixing.embedded.row import Row, ask, table

PREFIXES = table(
    """
    brady- = slow
    tachy- = fast
    hyper- = above or too much
    hypo- = below or too little
    poly- = many
    oligo- = few or scanty
    dys- = painful or difficult
    eu- = good or normal
    endo- = within
    epi- = upon
    peri- = around
    sub- = below
    supra- = above
    inter- = between
    intra- = within
    trans- = across or through
    pre- = before
    post- = after
    ante- = before
    anti- = against
    bi- = two
    hemi- = half
    uni- = one
    tri- = three
    quadri- = four
    micro- = small
    macro- = large
    neo- = new
    pan- = all
    para- = beside
    contra- = against or opposite
    ecto- = outside
    exo- = outside
    retro- = behind
    ultra- = beyond
    """
)
SUFFIXES = table(
    """
    -itis = inflammation
    -ectomy = surgical removal
    -otomy = cutting into
    -ostomy = making a surgical opening
    -plasty = surgical repair or reshaping
    -scopy = examination with an instrument for looking
    -gram = a record or picture
    -graphy = the making of a record or picture
    -algia = pain
    -aemia = a condition of the blood
    -uria = a condition of the urine
    -pathy = disease
    -oma = tumour or swelling
    -osis = an abnormal condition
    -megaly = enlargement
    -malacia = softening
    -sclerosis = hardening
    -stenosis = narrowing
    -ptosis = drooping
    -rrhoea = flow or discharge
    -rrhagia = bursting forth of blood
    -pnoea = breathing
    -plegia = paralysis
    -paresis = weakness
    -phagia = eating or swallowing
    -phasia = speech
    -penia = deficiency
    -lysis = breakdown
    -genesis = formation
    -trophy = growth or nourishment
    -pexy = surgical fixation
    -centesis = puncture to draw off fluid
    -cyte = cell
    -logy = study of
    -meter = instrument for measuring
    -phobia = abnormal fear
    """
)
ROOTS = table(
    """
    cardi/o = heart
    hepat/o = liver
    nephr/o = kidney
    ren/o = kidney
    gastr/o = stomach
    enter/o = intestine
    col/o = colon
    proct/o = rectum and anus
    pulmon/o = lung
    pneum/o = lung or air
    bronch/o = bronchus
    rhin/o = nose
    ot/o = ear
    ophthalm/o = eye
    dermat/o = skin
    oste/o = bone
    arthr/o = joint
    chondr/o = cartilage
    my/o = muscle
    neur/o = nerve
    encephal/o = brain
    cerebr/o = cerebrum
    myel/o = spinal cord or bone marrow
    haemat/o = blood
    angi/o = vessel
    phleb/o = vein
    arteri/o = artery
    thromb/o = clot
    lymph/o = lymph
    splen/o = spleen
    aden/o = gland
    thyr/o = thyroid
    pancreat/o = pancreas
    cholecyst/o = gallbladder
    chol/e = bile
    cyst/o = bladder
    ureter/o = ureter
    urethr/o = urethra
    hyster/o = uterus
    salping/o = uterine tube
    oophor/o = ovary
    orchi/o = testis
    mast/o = breast
    odont/o = tooth
    gingiv/o = gum
    gloss/o = tongue
    stomat/o = mouth
    pharyng/o = throat
    laryng/o = voice box
    trache/o = windpipe
    oesophag/o = gullet
    appendic/o = appendix
    py/o = pus
    lip/o = fat
    lith/o = stone
    onc/o = tumour
    path/o = disease
    psych/o = mind
    tox/o = poison
    carcin/o = cancer
    cyt/o = cell
    erythr/o = red
    leuc/o = white
    melan/o = black
    cyan/o = blue
    xanth/o = yellow
    glyc/o = sugar
    hydr/o = water
    crani/o = skull
    cephal/o = head
    cost/o = rib
    vertebr/o = vertebra
    tendin/o = tendon
    rachi/o = spine
    kerat/o = cornea or horny tissue
    blephar/o = eyelid
    nas/o = nose
    or/o = mouth
    """
)


def prefixes() -> Iterator[Row]:
    """Yield meanings of prefixes."""
    for part, meaning in PREFIXES:
        yield ask(f'What does the prefix "{part}" mean in a medical term?', f'The prefix "{part}" means {meaning}.')


def suffixes() -> Iterator[Row]:
    """Yield meanings of suffixes."""
    for part, meaning in SUFFIXES:
        yield ask(f'What does the suffix "{part}" mean in a medical term?', f'The suffix "{part}" means {meaning}.')


def roots() -> Iterator[Row]:
    """Yield meanings of roots."""
    for part, meaning in ROOTS:
        yield ask(f'What does the root "{part}" refer to in medical terms?', f'The root "{part}" refers to: {meaning}.')


FAMILIES = (prefixes, suffixes, roots)
